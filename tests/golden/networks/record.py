"""Record what networks of the real PyTorch compute: one .npz file a network, beside this script.

    pip install torch==2.13.0
    python tests/golden/networks/record.py

Each file holds `versions`, x [batch, steps, D], outputs [batch, steps, H], or 2H of two directions, from zero states,
and each weight under its own name in the state_dict. The weights are random, and no two arrays are alike.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))

from seeded import uniform  # noqa: E402

BATCH, STEPS = 2, 7


class Unrolled(torch.nn.LSTMCell):
    """An LSTMCell that runs over the steps."""

    def forward(self, x):
        states, outputs = None, []
        for step in range(x.shape[1]):
            states = super().forward(x[:, step], states)
            outputs.append(states[0])
        return torch.stack(outputs, dim=1), states


NETWORKS = {
    "cell": (3, Unrolled(3, 5)),
    "layers": (3, torch.nn.LSTM(3, 4, num_layers=2, batch_first=True)),
    "directions": (3, torch.nn.LSTM(3, 5, bidirectional=True, batch_first=True)),
    "layers_of_two_directions": (4, torch.nn.LSTM(4, 3, num_layers=3, bidirectional=True, batch_first=True)),
    "square": (4, torch.nn.LSTM(4, 4, num_layers=2, batch_first=True)),
}


def main():
    for name, (input_size, network) in NETWORKS.items():
        weights = {key: uniform(name + key, tuple(tensor.shape), 0.6) for key, tensor in network.state_dict().items()}
        network.load_state_dict({key: torch.tensor(array) for key, array in weights.items()})
        x = uniform(name + "x", (BATCH, STEPS, input_size), 1.5)
        with torch.no_grad():
            outputs, _ = network(torch.tensor(x))
        arrays = {"weights:" + key: array for key, array in weights.items()}
        versions = "torch " + torch.__version__
        np.savez_compressed(str(HERE / (name + ".npz")), versions=versions, x=x, outputs=outputs.numpy(), **arrays)
        print(name)


if __name__ == "__main__":
    main()
