"""How a sequence runs through a network, and what is said of the sizes that a table declares."""

from pathlib import Path

import numpy as np
import pytest

from csvlstm.errors import CsvLstmError
from csvlstm.layouts.gates import Sizes
from csvlstm.layouts.references import tf1_lstm
from csvlstm.network.topology import BACKWARD, FORWARD, Cell, Flow, Network, read_cell, single
from tests.exports import write_export
from tests.golden_recordings import NETWORKS, Array, Recording, each, largest_difference


def network_of(recording: Recording) -> Network:
    """Give the network of a recording, without files."""
    directions = (FORWARD, BACKWARD) if len(recording.layers[0]) > 1 else ("",)
    return Network(
        tuple(
            tuple(
                Cell((), Sizes(cell.input_size, cell.hidden_size), recording.forget_bias, f"layer_{k}", direction)
                for cell, direction in zip(layer, directions, strict=True)
            )
            for k, layer in enumerate(recording.layers)
        )
    )


@each(NETWORKS)
def test_what_flows_through_is_what_tensorflow_recorded(recording: Recording) -> None:
    for sample, x in enumerate(recording.x):
        flow, weights = Flow(network_of(recording), x.astype(np.float64)), iter(recording.cells)
        for cell, inputs in flow:
            assert inputs is not None
            one = next(weights)
            state = one.initial_c[sample : sample + 1], one.initial_h[sample : sample + 1]
            outputs, (c, h) = tf1_lstm(inputs[None], state, one.kernel, one.bias, cell.forget_bias)
            flow.give(outputs[0])
            final: list[Array] = [one.final_c[sample], one.final_h[sample]]
            assert largest_difference([c[0], h[0]], final) < 1e-6
        assert largest_difference([flow.outputs], [recording.outputs[sample]]) < 1e-6


def test_without_inputs_the_first_layer_gets_none_and_the_next_the_outputs() -> None:
    layers = Cell((), Sizes(3, 5), layer="a"), Cell((), Sizes(5, 2), layer="b")
    seen = []
    flow = Flow(Network(tuple((cell,) for cell in layers)))
    for cell, x in flow:
        seen.append(x)
        flow.give(np.full((4, cell.sizes.hidden_size), 0.5))
    assert seen[0] is None
    assert seen[1] is not None
    assert np.array_equal(seen[1], np.full((4, 5), 0.5))


def test_layers_that_are_not_chained_get_nothing_from_each_other() -> None:
    layers = Cell((), Sizes(3, 5), layer="a"), Cell((), Sizes(4, 2), layer="b")
    flow = Flow(Network(tuple((cell,) for cell in layers), chained=False))
    for cell, x in flow:
        assert x is None
        flow.give(np.zeros((4, cell.sizes.hidden_size)))


def test_a_cell_that_gives_no_outputs_is_noticed() -> None:
    layers = Cell((), Sizes(3, 5), layer="a"), Cell((), Sizes(5, 2), layer="b")
    flow = iter(Flow(Network(tuple((cell,) for cell in layers))))
    next(flow)
    with pytest.raises(ValueError, match="zip"):
        next(flow)


def test_a_cell_that_stands_alone_has_no_folder() -> None:
    assert Cell((), Sizes(1, 1)).folder_in("out") == "out"
    assert Cell((), Sizes(1, 1), layer="a", direction=BACKWARD).folder_in("out") == "out/a/backward"


def test_wrong_sizes_are_said_in_the_words_that_declared_them(tmp_path: Path) -> None:
    files = write_export(tmp_path, np.random.default_rng(0).random((8, 20)), np.arange(20.0))
    with pytest.raises(CsvLstmError, match=r"do not fit input_size=4 hidden_size=4; .*leave input_size=3$"):
        read_cell(single(Cell(files, Sizes(4, 4))).cells[0])
    declared = r"do not fit input_size 4 hidden_size 4; .*leave input_size 3; see layers.csv: line 2$"
    with pytest.raises(CsvLstmError, match=declared):
        read_cell(Cell(files, Sizes(4, 4), layer="a", declared="layers.csv: line 2"))
