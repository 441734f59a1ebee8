"""The layout: gate orders as the two frameworks document them, and blocks that cover both sides exactly once."""

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest

from csvlstm.layouts.layout import KERAS, PARTS, TF1, Block, Gate, Layout, Sizes, blocks, quarter_order

SIZES = [Sizes(3, 5), Sizes(7, 2), Sizes(4, 4), Sizes(1, 6), Sizes(5, 1), Sizes(1, 1)]

each_size = pytest.mark.parametrize("sizes", SIZES, ids=[f"D{d}_H{h}" for d, h in SIZES])


def cells(block: Block) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Pair each cell of the export with the cell of the converted set that it becomes."""
    return zip(
        product(block.source_rows, block.source_columns),
        product(block.target_rows, block.target_columns),
        strict=True,
    )


def test_tensorflow_1_orders_the_gates_i_j_f_o() -> None:
    assert [gate.value for gate in TF1.gates] == ["i", "c", "f", "o"]


def test_keras_orders_the_gates_i_f_c_o() -> None:
    assert [gate.value for gate in KERAS.gates] == ["i", "f", "c", "o"]


def test_the_parts_come_in_the_order_that_set_weights_takes() -> None:
    assert PARTS == ("kernel", "recurrent_kernel", "bias")


@pytest.mark.parametrize("layout", [TF1, KERAS], ids=["TF1", "KERAS"])
@pytest.mark.parametrize("gate", Gate, ids=lambda gate: gate.value)
def test_a_gate_is_found_in_its_own_quarter(layout: Layout, gate: Gate) -> None:
    assert layout.gates[layout.quarter(gate)] is gate


def test_from_tensorflow_1_to_keras_only_the_middle_quarters_are_swapped() -> None:
    assert quarter_order(TF1, KERAS) == [0, 2, 1, 3]


@pytest.mark.parametrize("layout", [TF1, KERAS], ids=["TF1", "KERAS"])
def test_no_quarter_moves_within_one_layout(layout: Layout) -> None:
    assert quarter_order(layout, layout) == [0, 1, 2, 3]


def test_there_and_back_every_quarter_is_where_it_was() -> None:
    there, back = quarter_order(TF1, KERAS), quarter_order(KERAS, TF1)
    assert [there[quarter] for quarter in back] == [0, 1, 2, 3]


@each_size
def test_sizes_tell_the_shape_of_the_exported_kernel(sizes: Sizes) -> None:
    d, h = sizes
    assert (sizes.rows, sizes.columns) == (d + h, h + h + h + h)


@each_size
def test_a_layer_has_twelve_blocks_part_by_part_in_the_order_of_keras(sizes: Sizes) -> None:
    named = [(block.part, block.gate.value) for block in blocks(sizes)]
    assert named == list(product(["kernel", "recurrent_kernel", "bias"], "ifco"))


@each_size
def test_the_blocks_cover_every_cell_of_the_export_once(sizes: Sizes) -> None:
    d, h = sizes
    covered = {"kernel": np.zeros((d + h, 4 * h), int), "bias": np.zeros((1, 4 * h), int)}
    for block in blocks(sizes):
        for source, _ in cells(block):
            covered[block.source][source] += 1
    assert all((times == 1).all() for times in covered.values())


@each_size
def test_the_blocks_cover_every_cell_of_the_converted_set_once(sizes: Sizes) -> None:
    d, h = sizes
    rows = {"kernel": d, "recurrent_kernel": h, "bias": 1}
    covered = {part: np.zeros((rows[part], 4 * h), int) for part in rows}
    for block in blocks(sizes):
        for _, target in cells(block):
            covered[block.part][target] += 1
    assert all((times == 1).all() for times in covered.values())


@each_size
def test_a_cell_keeps_its_gate_and_its_unit(sizes: Sizes) -> None:
    h = sizes.hidden_size
    for block in blocks(sizes):
        for (_, source), (_, target) in cells(block):
            assert "icfo"[source // h] == block.gate.value == "ifco"[target // h]
            assert source % h == target % h


@each_size
def test_the_input_rows_come_first_and_the_hidden_rows_behind_them(sizes: Sizes) -> None:
    above = {"kernel": 0, "recurrent_kernel": sizes.input_size, "bias": 0}
    for block in blocks(sizes):
        for (source, _), (target, _) in cells(block):
            assert source == above[block.part] + target


@each_size
def test_a_block_counts_its_cells(sizes: Sizes) -> None:
    assert [block.cells for block in blocks(sizes)] == [len(list(cells(block))) for block in blocks(sizes)]


@each_size
def test_only_the_forget_gate_of_the_bias_gains_the_forget_bias(sizes: Sizes) -> None:
    gaining = [(block.part, block.gate) for block in blocks(sizes) if block.gains_forget_bias]
    assert gaining == [("bias", Gate.FORGET)]
