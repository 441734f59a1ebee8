"""The arrays of each framework, put together by hand as its documentation has them: the oracle of entries and plan.

Nothing here knows `csvlstm.layouts`. A weight is a number that no other weight has, so that no cell can stand in for
another one.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Weights(NamedTuple):
    """The weights of a cell by gate: x [D, H], h [P, H], b, second_b, peepholes [H]; projection [H, P]; P may be H."""

    x: dict[str, Array]
    h: dict[str, Array]
    b: dict[str, Array]
    second_b: dict[str, Array]
    peepholes: dict[str, Array]
    projection: Array


def draw(input_size: int, hidden_size: int, output_size: int | None = None, seed: int = 0) -> Weights:
    """Draw weights that are all different, float32 numbers in float64."""
    p = output_size or hidden_size
    shapes = [(input_size, hidden_size), (p, hidden_size), (hidden_size,), (hidden_size,), (hidden_size,)]
    cells = 4 * sum(int(np.prod(shape)) for shape in shapes) + hidden_size * p
    numbers = np.random.default_rng([seed, input_size, hidden_size, p]).permutation(cells) / 128 - 1
    blocks = iter(np.split(numbers, np.cumsum([np.prod(shape) for shape in shapes for _ in "ifco"])))
    x, h, b, second_b, peepholes = ({gate: next(blocks).reshape(shape) for gate in "ifco"} for shape in shapes)
    return Weights(x, h, b, second_b, peepholes, next(blocks).reshape(hidden_size, p))


def row(*vectors: Array) -> Array:
    return np.concatenate(vectors)[None]


def tf1(w: Weights) -> dict[str, Array]:
    i, c, f, o = (np.concatenate([w.x[gate], w.h[gate]], axis=0) for gate in "icfo")
    return {
        "kernel": np.concatenate([i, c, f, o], axis=1),
        "bias": row(w.b["i"], w.b["c"], w.b["f"], w.b["o"]),
        **{f"w_{gate}_diag": row(w.peepholes[gate]) for gate in "ifo"},
        "projection_kernel": w.projection,
    }


def keras(w: Weights) -> dict[str, Array]:
    return {
        "kernel": np.concatenate([w.x["i"], w.x["f"], w.x["c"], w.x["o"]], axis=1),
        "recurrent_kernel": np.concatenate([w.h["i"], w.h["f"], w.h["c"], w.h["o"]], axis=1),
        "bias": row(w.b["i"], w.b["f"], w.b["c"], w.b["o"]),
    }


def onnx(w: Weights) -> dict[str, Array]:
    return {
        "W": np.concatenate([w.x["i"].T, w.x["o"].T, w.x["f"].T, w.x["c"].T]),
        "R": np.concatenate([w.h["i"].T, w.h["o"].T, w.h["f"].T, w.h["c"].T]),
        "B": row(*(w.b[gate] for gate in "iofc"), *(w.second_b[gate] for gate in "iofc")),
        "P": row(w.peepholes["i"], w.peepholes["o"], w.peepholes["f"]),
    }


def coreml(w: Weights) -> dict[str, Array]:
    return {
        "weight_ih": np.concatenate([w.x["i"].T, w.x["f"].T, w.x["o"].T, w.x["c"].T]),
        "weight_hh": np.concatenate([w.h["i"].T, w.h["f"].T, w.h["o"].T, w.h["c"].T]),
        "bias": row(w.b["i"], w.b["f"], w.b["o"], w.b["c"]),
        "peephole": row(w.peepholes["i"], w.peepholes["f"], w.peepholes["o"]),
    }


def openvino(w: Weights) -> dict[str, Array]:
    return {
        "W": np.concatenate([w.x["f"].T, w.x["i"].T, w.x["c"].T, w.x["o"].T]),
        "R": np.concatenate([w.h["f"].T, w.h["i"].T, w.h["c"].T, w.h["o"].T]),
        "B": row(w.b["f"], w.b["i"], w.b["c"], w.b["o"]),
    }


def dl4j(w: Weights) -> dict[str, Array]:
    return {
        "W": np.concatenate([w.x["c"], w.x["f"], w.x["o"], w.x["i"]], axis=1),
        "RW": np.concatenate([w.h["c"], w.h["f"], w.h["o"], w.h["i"]], axis=1),
        "b": row(w.b["c"], w.b["f"], w.b["o"], w.b["i"]),
    }


def haiku(w: Weights) -> dict[str, Array]:
    return {"w": tf1(w)["kernel"], "b": tf1(w)["bias"]}


def stacked(w: Weights) -> dict[str, Array]:
    """No framework of ours: W [x, h] with the hidden columns first, a second bias in a file of its own."""
    return {
        "W": np.concatenate([np.concatenate([w.h[gate].T, w.x[gate].T], axis=1) for gate in "ofic"]),
        "b": row(*(w.b[gate] for gate in "ofic")),
        "b2": row(*(w.second_b[gate] for gate in "foci")),
        "P": w.projection.T,
        "p": row(*(w.peepholes[gate] for gate in "ofi")),
    }


FRAMEWORKS: dict[str, Callable[[Weights], dict[str, Array]]] = {
    "tf1": tf1,
    "keras": keras,
    "onnx": onnx,
    "coreml": coreml,
    "openvino": openvino,
    "dl4j": dl4j,
    "haiku": haiku,
    "stacked": stacked,
}
