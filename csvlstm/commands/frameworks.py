"""The work of `csvlstm layouts`: the layouts that can be named, as a table and as JSON."""

from itertools import groupby
from typing import Any

from ..layouts.arrays import Array, Layout
from ..layouts.entries import LAYOUTS
from ..verdict.shown import aligned

_HEAD = ["layout", "framework", "gates", "biases", "forget bias", "states", "files (in brackets: only in some cells)"]


def offered() -> list[Layout]:
    """List the layouts that --from and --to take."""
    return [layout for layout in LAYOUTS.values() if layout.offered]


def as_text() -> str:
    """Give the layouts as a table for a person, one row a layout, and below it how the weights of each are loaded."""
    loading = [["layout", "how its weights are loaded"], *([layout.key, _loading(layout)] for layout in offered())]
    return f"{aligned([_HEAD, *map(_row, offered())])}\n\n{aligned(loading)}"


def as_json() -> dict[str, Any]:
    """Give the layouts by the names of the contract."""
    return {"command": "layouts", "layouts": [_layout(layout) for layout in offered()]}


def _row(layout: Layout) -> list[str]:
    return [
        layout.key,
        layout.framework,
        " ".join(gate.value for gate in layout.gates),
        str(len(layout.biases)),
        forget_bias_of(layout),
        ", ".join(layout.states),
        _files(layout.arrays) + (f" ({_files(layout.extras)})" if layout.extras else ""),
    ]


def forget_bias_of(layout: Layout) -> str:
    """Say where the forget bias of a layout is.

    >>> [forget_bias_of(LAYOUTS[key]) for key in ("tf1", "haiku", "keras")]
    ['--forget-bias, added at run time', '1.0, added at run time', 'in the bias']
    """
    if layout.forget_bias_is_argument:
        return "--forget-bias, added at run time"
    return f"{layout.forget_bias!r}, added at run time" if layout.forget_bias else "in the bias"


def _loading(layout: Layout) -> str:
    return f"{layout.loading} (the same arrays: {', '.join(layout.alike)})" if layout.alike else layout.loading


def _files(arrays: tuple[Array, ...]) -> str:
    groups = [list(group) for _, group in groupby(arrays, key=lambda array: array.dimensions)]
    return ", ".join(f"{' '.join(one.name for one in group)} [{', '.join(group[0].dimensions)}]" for group in groups)


def _layout(layout: Layout) -> dict[str, Any]:
    return {
        "layout": layout.key,
        "framework": layout.framework,
        "files": [_array(array) for array in layout.arrays],
        "only_in_some_cells": [_array(array) for array in layout.extras],
        "gates": [gate.value for gate in layout.gates],
        "biases": len(layout.biases),
        "forget_bias": layout.forget_bias,
        "forget_bias_is_argument": layout.forget_bias_is_argument,
        "states": list(layout.states),
        "loading": layout.loading,
        "alike": list(layout.alike),
        "source": layout.source,
    }


def _array(array: Array) -> dict[str, Any]:
    return {
        "file": f"{array.name}.csv",
        "shape": list(array.dimensions),
        "multiplied_with": [operand.value for operand in array.operands],
        "gates": [gate.value for gate in array.gates],
        "gates_along": array.gates_along,
    }
