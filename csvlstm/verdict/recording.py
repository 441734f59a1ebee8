"""A recorded run of the original network as it was printed, and the ways in which its outputs may belong to its inputs.

A recording is one sequence through the whole network from a zero state, one row a step. Only it can show a wrong
activation, or the forget bias that no file holds.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..errors import CsvLstmError, Place
from ..layouts.references import Array
from ..network.topology import Network
from ..numbers.digits import last_digits
from ..reading.as_found import read_steps
from ..reading.tables import Table

FLOAT32_SLACK = 2.0**-24
"""What a number may be off, by its magnitude or by 1, without saying less than float32 does."""

AS_RECORDED = "as recorded"


class Series(NamedTuple):
    """Numbers of some steps [steps, columns], and how far each may be off: half a unit of its last printed digit."""

    values: Array
    slack: Array

    @property
    def is_float32(self) -> bool:
        """Whether they were printed with as many digits as float32 has."""
        return bool((self.slack <= FLOAT32_SLACK * np.maximum(np.abs(self.values), 1)).all())

    def rows(self, rows: slice) -> "Series":
        """Give some of the steps, in this order."""
        return Series(self.values[rows], self.slack[rows])


class Recording(NamedTuple):
    """What was put into the original network [steps, D], and what came out: [steps, H], or the last step alone."""

    inputs: Series
    outputs: Series

    @property
    def is_last_step(self) -> bool:
        """Whether the outputs are those of the last step alone."""
        return len(self.outputs.values) < len(self.inputs.values)


class Reading(NamedTuple):
    """A way in which recorded outputs belong to inputs: row for row, or each column to its step in `steps` [H]."""

    how: str
    inputs: Series
    outputs: Series
    steps: Array | None = None

    def of(self, outputs: Array) -> Array:
        """Give what was recorded of the outputs [..., steps, H] of a run."""
        if self.steps is None:
            return outputs
        recorded: Array = outputs[..., self.steps, np.arange(len(self.steps))]
        return recorded[..., None, :]


def read_recording(inputs: str, outputs: str, network: Network) -> Recording:
    """Read a recorded run, one row a step; raises CsvLstmError where its shapes do not fit the network or each other.

    >>> from csvlstm.network.layers import read_layers
    >>> folder = "sample_data/sunspots"
    >>> network = read_layers(f"{folder}/layers.csv")
    >>> read_recording(f"{folder}/inputs.csv", f"{folder}/cell_1_h.csv", network).outputs.values.shape
    (297, 4)
    """
    last = network.layers[-1]
    of_outputs = "the hidden size" if len(last) == 1 else "the hidden sizes of both directions"
    of_network = network.layers[0][0].sizes.input_size, sum(cell.sizes.output_size for cell in last)
    read_inputs = _read(inputs, of_network[0], "the input size")
    read_outputs = _read(outputs, of_network[1], of_outputs)
    for x in read_inputs:
        for y in read_outputs:
            if len(y.values) in (1, len(x.values)):
                return Recording(_series(x), _series(y))
    found, steps = f"{len(read_outputs[0].values)} rows", len(read_inputs[0].values)
    raise CsvLstmError(found, Place(outputs), expected=f"{steps}, the steps of {inputs}, or the last one alone")


def _read(path: str, columns: int, size: str) -> list[Table]:
    read = read_steps(path, columns)
    found = read[0].values.shape[1]
    if found != columns:
        raise CsvLstmError(f"{found} cells in a row", Place(path), expected=f"{columns}, {size}, with one row a step")
    return read


def _series(read: Table) -> Series:
    return Series(read.values, 0.5 * last_digits(read.text, read.values))


def readings(recording: Recording, network: Network) -> list[Reading]:
    """List what the outputs are if they were recorded as they should be; of a last step there may be two."""
    if not recording.is_last_step:
        return [Reading(AS_RECORDED, *recording)]
    last, layer = len(recording.inputs.values) - 1, network.layers[-1]
    if len(layer) == 1:
        return [Reading("last step", *recording, _steps(network, last, last))]
    return [
        Reading("last forward and first backward step", *recording, _steps(network, last, 0)),
        Reading("last step of both directions", *recording, _steps(network, last, last)),
    ]


def _steps(network: Network, forward: int, backward: int) -> Array:
    of_cells = [(backward if cell.is_backward else forward, cell.sizes.output_size) for cell in network.layers[-1]]
    return np.repeat(*np.transpose(of_cells))


def other_readings(recording: Recording, network: Network) -> Iterator[Reading]:
    """Yield what the outputs may be by mistake: of the step before, or in reverse order."""
    if len(recording.inputs.values) < 2:
        return
    inputs, outputs = recording
    backwards = slice(None, None, -1)
    for reading in readings(recording, network):
        turned = reading._replace(inputs=inputs.rows(backwards))
        if recording.is_last_step:
            yield turned._replace(how=f"{reading.how} of the inputs reversed in time")
            continue
        yield Reading("one step late", inputs.rows(slice(-1)), outputs.rows(slice(1, None)))
        yield reading._replace(how="reversed in time", outputs=outputs.rows(backwards))
        yield turned._replace(how="of the inputs reversed in time")
        yield turned._replace(how="reversed in time, of the inputs reversed in time", outputs=outputs.rows(backwards))
