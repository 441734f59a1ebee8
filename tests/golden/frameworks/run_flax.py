"""nn.LSTMCell of Flax's linen, in nn.RNN.

pip install flax
"""

from __future__ import annotations

from functools import lru_cache

import flax
import jax
import numpy as np
from flax import linen as nn
from flax.traverse_util import flatten_dict, unflatten_dict

VERSIONS = "flax " + flax.__version__
KINDS = ("plain",)
STATES = ("c", "h")


@lru_cache
def _rnn(hidden_size):
    rnn = nn.RNN(nn.LSTMCell(hidden_size, name="cell"), return_carry=True)
    return rnn.init, jax.jit(lambda *given: rnn.apply(*given[:2], initial_carry=given[2]))


def shapes(kind, input_size, hidden_size, projected):
    init, _ = _rnn(hidden_size)
    parameters = init(jax.random.PRNGKey(0), np.zeros((1, 1, input_size)))["params"]["cell"]
    return {"_".join(path): array.shape for path, array in flatten_dict(parameters).items()}


def run(weights, x, states):
    cell = unflatten_dict({tuple(name.split("_")): array for name, array in weights.items()})
    _, apply = _rnn(len(weights["hi_kernel"]))
    final, outputs = apply({"params": {"cell": cell}}, x, tuple(states))
    return np.asarray(outputs), [np.asarray(state) for state in final]
