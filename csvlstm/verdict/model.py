"""A network with the weights of both sides, what its cells may have been built with, and how sequences run through."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ..layouts.references import (
    Activation,
    Array,
    elu,
    hard_sigmoid_keras2,
    hard_sigmoid_keras3,
    relu,
    sigmoid,
    softsign,
)
from ..network.topology import Cell, Flow, Network
from ..numbers.digits import unit_of_printing

UNIT_ROUNDOFF = 2.0**-24
"""That of float32."""

RECURRENT_ACTIVATIONS: dict[str, Activation] = {
    "sigmoid": sigmoid,
    "hard_sigmoid": hard_sigmoid_keras2,
    "hard_sigmoid_keras3": hard_sigmoid_keras3,
}
ACTIVATIONS: dict[str, Activation] = {
    "tanh": np.tanh,
    "relu": relu,
    "sigmoid": sigmoid,
    "elu": elu,
    "softsign": softsign,
}


GATED = ("kernel", "bias")
"""The arrays of TensorFlow 1's cell whose columns belong to the four gates."""

PEEPHOLES = ("w_i_diag", "w_f_diag", "w_o_diag")
PROJECTION = "projection_kernel"


class Activations(NamedTuple):
    """The activations of all cells by name: `recurrent` of the gates, `output` of candidate and output."""

    recurrent: str = "sigmoid"
    output: str = "tanh"

    @property
    def functions(self) -> tuple[Activation, Activation]:
        """Give them as functions."""
        return RECURRENT_ACTIVATIONS[self.recurrent], ACTIVATIONS[self.output]


DEFAULT_ACTIVATIONS = Activations()


class Weights(NamedTuple):
    """The weights of a cell on both sides.

    `arrays` are those of the export as TensorFlow 1 has them: kernel [D+P, 4H], bias [1, 4H], and those of peepholes
    and of a projection where the cell has them. `converted` are the arrays of the target in plain form, None where the
    converted set has other shapes. `slack` is how far each number of the export may be off as it was printed, None
    where that is not to count.
    """

    arrays: Mapping[str, Array]
    converted: Mapping[str, Array] | None
    slack: Mapping[str, Array] | None = None

    def as_printed(self) -> "Weights":
        """Let the numbers be off by half a unit of the last digit that they were printed with."""
        units = {name: np.broadcast_to(unit_of_printing(one), one.shape) for name, one in self.arrays.items()}
        return self._replace(slack={name: 0.5 * unit for name, unit in units.items()})

    @property
    def is_float32(self) -> bool:
        """Whether the numbers may be off by no more than float32 is."""
        return self.slack is None or all(
            bool((self.slack[name] <= UNIT_ROUNDOFF * np.maximum(np.abs(array), 1)).all())
            for name, array in self.arrays.items()
        )


class Model(NamedTuple):
    """A network and the weights of its cells, in the same order."""

    network: Network
    weights: list[Weights]

    def run(self, x: Array, run_cell: "RunCell") -> Array:
        """Run x [steps, runs, D] through all cells, and give the outputs [steps, runs, H] of the last layer."""
        flow = Flow(self.network, x)
        for weights, (cell, inputs) in zip(self.weights, flow, strict=True):
            assert inputs is not None
            flow.give(run_cell(cell, weights, inputs))
        return flow.outputs

    def as_printed(self) -> "Model":
        """Let the weights be off by half a unit of the last digit that they were printed with."""
        return self._replace(weights=[weights.as_printed() for weights in self.weights])


RunCell = Callable[[Cell, Weights, Array], Array]
"""Runs a cell with its weights on x [steps, runs, D], and gives its outputs [steps, runs, H]."""


class Driving(NamedTuple):
    """What drives the cells of the last layer in place of their own outputs of the step before.

    Of each cell the recorded outputs [steps, H], in its own order of steps and one step late, and how far each may be
    off as it was printed.
    """

    by_cell: dict[Cell, tuple[Array, Array]]

    def of(self, cell: Cell) -> tuple[Array, Array] | None:
        """Give what drives a cell; None where its outputs were not recorded."""
        return self.by_cell.get(cell)


UNDRIVEN = Driving({})


def driving(network: Network, outputs: Array, slack: Array) -> Driving:
    """Drive the last layer by its recorded outputs [steps, H], which may be off by a slack [steps, H]."""
    layer = network.layers[-1]
    ends = np.cumsum([cell.sizes.output_size for cell in layer])[:-1]
    both = zip(*(np.split(array, ends, axis=1) for array in (outputs, slack)), strict=True)
    return Driving(
        {
            cell: (_one_step_late(cell, own), _one_step_late(cell, off))
            for cell, (own, off) in zip(layer, both, strict=True)
        }
    )


def _one_step_late(cell: Cell, outputs: Array) -> Array:
    in_order = outputs[::-1] if cell.is_backward else outputs
    return np.concatenate([np.zeros_like(outputs[:1]), in_order[:-1]])


class Assumed(NamedTuple):
    """What the cells may have been built with; each forget bias has a run, and None stands for those declared."""

    forget_biases: Sequence[float | None] = (None,)
    activations: Activations = DEFAULT_ACTIVATIONS

    def of(self, cell: Cell) -> Array:
        """Give the forget biases [runs, 1] of a cell."""
        known = [cell.forget_bias if value is None else value for value in self.forget_biases]
        return np.array(known, np.float64)[:, None]
