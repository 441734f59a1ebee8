"""What a user would write with numpy: read, swap, split, write, and no check."""

import sys

import numpy as np

kernel_file, bias_file, input_size, _, *directories = sys.argv[1:]
rows = int(input_size)
for directory in directories:
    kernel = np.loadtxt(kernel_file, delimiter=",")
    bias = np.loadtxt(bias_file, delimiter=",")
    i, j, f, o = np.split(kernel, 4, axis=1)
    kernel = np.concatenate([i, f, j, o], axis=1)
    i, j, f, o = np.split(bias, 4)
    bias = np.concatenate([i, f + 1.0, j, o])
    for name, weights in (("kernel", kernel[:rows]), ("recurrent_kernel", kernel[rows:]), ("bias", bias[None])):
        np.savetxt(f"{directory}/{name}.csv", weights, fmt="%.9g", delimiter=",")
