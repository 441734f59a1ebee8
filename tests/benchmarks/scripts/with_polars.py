"""What a user would write with polars, the fastest CSV library there is: read, swap, split, write, and no check."""

import sys

import numpy as np
import polars as pl

kernel_file, bias_file, input_size, _, *directories = sys.argv[1:]
rows = int(input_size)
for directory in directories:
    kernel = pl.read_csv(kernel_file, has_header=False).to_numpy()
    bias = pl.read_csv(bias_file, has_header=False).to_numpy()
    i, j, f, o = np.split(kernel, 4, axis=1)
    kernel = np.concatenate([i, f, j, o], axis=1)
    i, j, f, o = np.split(bias, 4, axis=1)
    bias = np.concatenate([i, f + 1.0, j, o], axis=1)
    for name, weights in (("kernel", kernel[:rows]), ("recurrent_kernel", kernel[rows:]), ("bias", bias)):
        pl.DataFrame(weights).write_csv(f"{directory}/{name}.csv", include_header=False)
