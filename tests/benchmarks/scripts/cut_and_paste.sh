#!/bin/sh
# What a user would type in a shell: cut the quarters out, paste them in another order; the forget bias by awk; no check.
set -e
kernel=$1 bias=$2 rows=$3 h=$4
shift 4
for directory; do
    quarter() { cut -d, -f"$(($1 * h + 1))-$((($1 + 1) * h))" "$kernel" >"$directory/$2"; }
    quarter 0 i
    quarter 1 j
    quarter 2 f
    quarter 3 o
    paste -d, "$directory/i" "$directory/f" "$directory/j" "$directory/o" >"$directory/swapped"
    head -n "$rows" "$directory/swapped" >"$directory/kernel.csv"
    tail -n "+$((rows + 1))" "$directory/swapped" >"$directory/recurrent_kernel.csv"
    awk -F, -v OFS=, -v h="$h" '{
        for (k = 1; k <= h; k++) { j = $(h + k); $(h + k) = sprintf("%.17g", $(2 * h + k) + 1); $(2 * h + k) = j }
        print
    }' "$bias" >"$directory/bias.csv"
    rm "$directory/swapped" "$directory/i" "$directory/j" "$directory/f" "$directory/o"
done
