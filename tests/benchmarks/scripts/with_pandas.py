"""What a user would write with pandas: read, swap, split, write, and no check."""

import sys

import numpy as np
import pandas as pd

kernel_file, bias_file, input_size, hidden_size, *directories = sys.argv[1:]
rows, h = int(input_size), int(hidden_size)
order = np.r_[0:h, 2 * h : 3 * h, h : 2 * h, 3 * h : 4 * h]
for directory in directories:
    kernel = pd.read_csv(kernel_file, header=None)
    bias = pd.read_csv(bias_file, header=None).to_numpy().reshape(1, -1)
    bias[:, 2 * h : 3 * h] += 1.0
    parts = {"kernel": kernel.iloc[:rows, order], "recurrent_kernel": kernel.iloc[rows:, order]}
    for name, weights in {**parts, "bias": pd.DataFrame(bias[:, order])}.items():
        weights.to_csv(f"{directory}/{name}.csv", header=False, index=False)
