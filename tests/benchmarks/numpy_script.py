"""What a user would write instead of csvlstm, with numpy and without any check: the yardstick of the benchmark."""

import sys

import numpy as np

kernel_file, bias_file, input_size, directory = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
kernel = np.loadtxt(kernel_file, delimiter=",")
bias = np.loadtxt(bias_file, delimiter=",")
i, j, f, o = np.split(kernel, 4, axis=1)
kernel = np.concatenate([i, f, j, o], axis=1)
i, j, f, o = np.split(bias, 4)
bias = np.concatenate([i, f + 1.0, j, o])
for name, weights in (("kernel", kernel[:input_size]), ("recurrent_kernel", kernel[input_size:]), ("bias", bias[None])):
    np.savetxt(f"{directory}/{name}.csv", weights, fmt="%.9g", delimiter=",")
