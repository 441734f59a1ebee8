"""nn.LSTMCell of Flax's linen, in nn.RNN.

pip install flax
"""

from __future__ import annotations

import flax
import jax
import numpy as np
from flax import linen as nn
from flax.traverse_util import flatten_dict, unflatten_dict

VERSIONS = "flax " + flax.__version__
KINDS = ("plain",)
STATES = ("c", "h")


def _rnn(hidden_size):
    return nn.RNN(nn.LSTMCell(hidden_size, name="cell"), return_carry=True)


def shapes(kind, input_size, hidden_size, projected):
    parameters = _rnn(hidden_size).init(jax.random.PRNGKey(0), np.zeros((1, 1, input_size)))["params"]["cell"]
    return {"_".join(path): array.shape for path, array in flatten_dict(parameters).items()}


def run(weights, x, states):
    cell = unflatten_dict({tuple(name.split("_")): array for name, array in weights.items()})
    rnn = _rnn(len(weights["hi_kernel"]))
    final, outputs = rnn.apply({"params": {"cell": cell}}, x, initial_carry=tuple(states))
    return np.asarray(outputs), [np.asarray(state) for state in final]
