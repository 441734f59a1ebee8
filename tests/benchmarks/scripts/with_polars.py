"""What a user would write with polars, the fastest CSV library there is: read, swap, split, write, and no check."""

import sys

import polars as pl

kernel_file, bias_file, input_size, hidden_size, directory = sys.argv[1:]
rows, h = int(input_size), int(hidden_size)
kernel = pl.read_csv(kernel_file, has_header=False)
bias = pl.read_csv(bias_file, has_header=False)
order = [*range(h), *range(2 * h, 3 * h), *range(h, 2 * h), *range(3 * h, 4 * h)]
kernel = kernel.select([kernel.columns[k] for k in order])
forget = [
    (pl.col(bias.columns[k]) + 1.0 if h <= place < 2 * h else pl.col(bias.columns[k])) for place, k in enumerate(order)
]
kernel[:rows].write_csv(f"{directory}/kernel.csv", include_header=False)
kernel[rows:].write_csv(f"{directory}/recurrent_kernel.csv", include_header=False)
bias.select(forget).write_csv(f"{directory}/bias.csv", include_header=False)
