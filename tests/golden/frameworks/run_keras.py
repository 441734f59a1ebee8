"""keras.layers.LSTM of Keras 3 on jax.

pip install keras jax
"""

from __future__ import annotations

import os
from functools import lru_cache

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras

VERSIONS = "keras " + keras.__version__
KINDS = ("plain", "no_bias")
STATES = ("h", "c")
NAMES = ("kernel", "recurrent_kernel", "bias")


@lru_cache
def _model(input_size, hidden_size, use_bias):
    """Build a layer and a model around it once, because jax compiles each one for seconds."""
    layer = keras.layers.LSTM(hidden_size, use_bias=use_bias, return_sequences=True, return_state=True)
    x = keras.Input((None, input_size))
    states = [keras.Input((hidden_size,)) for _ in STATES]
    return layer, keras.Model([x, *states], layer(x, initial_state=states))


def shapes(kind, input_size, hidden_size, projected):
    layer, _ = _model(input_size, hidden_size, kind != "no_bias")
    return {variable.name: tuple(variable.shape) for variable in layer.weights}


def run(weights, x, states):
    input_size, columns = weights["kernel"].shape
    layer, model = _model(input_size, columns // 4, "bias" in weights)
    layer.set_weights([weights[name] for name in NAMES if name in weights])
    outputs, *final = model.predict_on_batch([x, *states])
    return outputs, final
