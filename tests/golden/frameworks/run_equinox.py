"""eqx.nn.LSTMCell of Equinox, which takes one sample and one step.

pip install equinox
"""

from __future__ import annotations

import equinox as eqx
import jax
import numpy as np

VERSIONS = "equinox " + eqx.__version__
KINDS = ("plain", "no_bias")
STATES = ("h", "c")
NAMES = ("weight_ih", "weight_hh", "bias")


def _cell(input_size, hidden_size, use_bias):
    return eqx.nn.LSTMCell(input_size, hidden_size, use_bias=use_bias, key=jax.random.PRNGKey(0))


def shapes(kind, input_size, hidden_size, projected):
    cell = _cell(input_size, hidden_size, kind != "no_bias")
    return {name: getattr(cell, name).shape for name in NAMES if getattr(cell, name) is not None}


@eqx.filter_jit
def _unroll(cell, states, x):
    def step(state, x):
        state = jax.vmap(cell)(x, state)
        return state, state[0]

    return jax.lax.scan(step, states, x)


def run(weights, x, states):
    rows, input_size = weights["weight_ih"].shape
    given = [name for name in NAMES if name in weights]
    cell = eqx.tree_at(
        lambda cell: [getattr(cell, name) for name in given],
        _cell(input_size, rows // 4, "bias" in weights),
        [jax.numpy.asarray(weights[name]) for name in given],
    )

    final, outputs = _unroll(cell, tuple(map(jax.numpy.asarray, states)), x.transpose(1, 0, 2))
    return np.asarray(outputs).transpose(1, 0, 2), [np.asarray(state) for state in final]
