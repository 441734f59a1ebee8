"""The plan, from every layout to every other, against arrays that were put together by hand."""

from itertools import chain, product

import numpy as np
import pytest

from csvlstm.errors import CsvLstmError
from csvlstm.layouts.arrays import AnySizes, Array, Layout, Operand, ProjectedSizes, Span
from csvlstm.layouts.entries import KERAS, LAYOUTS, ONNX, TF1
from csvlstm.layouts.gates import Gate, Sizes
from csvlstm.layouts.plan import Move, plan

from . import frameworks
from .frameworks import FRAMEWORKS, Weights, draw

SIZES = [Sizes(3, 5), Sizes(7, 2), Sizes(4, 4), Sizes(1, 6), Sizes(5, 1), Sizes(1, 1)]
PEEPHOLE, PROJECTION = Operand.PEEPHOLE, Operand.PROJECTION


def gates(letters: str) -> tuple[Gate, ...]:
    return tuple(map(Gate, letters))


# A cell that adds a constant that nobody can change, and one that stacks its operands beside each other.
HAIKU = TF1._replace(
    key="haiku",
    framework="Haiku",
    arrays=(TF1.arrays[0]._replace(name="w"), TF1.arrays[1]._replace(name="b")),
    extras=(),
    forget_bias_is_argument=False,
)
STACKED = KERAS._replace(
    key="stacked",
    framework="a test",
    arrays=(
        Array("W", (Operand.HIDDEN, Operand.INPUT), gates("ofic"), "rows"),
        Array("b", (Operand.BIAS,), gates("ofic")),
        Array("b2", (Operand.SECOND_BIAS,), gates("foci")),
    ),
    extras=(Array("P", (PROJECTION,), gates_along="rows"), Array("p", (PEEPHOLE,), gates("ofi"))),
)
ALL = {**{key: layout for key, layout in LAYOUTS.items() if key in FRAMEWORKS}, "haiku": HAIKU, "stacked": STACKED}
PAIRS = list(product(ALL.values(), repeat=2))

each_size = pytest.mark.parametrize("sizes", SIZES, ids=[f"D{d}_H{h}" for d, h in SIZES])
each_layout = pytest.mark.parametrize("layout", ALL.values(), ids=ALL)
each_pair = pytest.mark.parametrize(
    ("source", "target"), PAIRS, ids=[f"{source.key}-{target.key}" for source, target in PAIRS]
)


def arrays_of(layout: Layout, weights: Weights) -> dict[str, frameworks.Array]:
    arrays = FRAMEWORKS[layout.key](weights)
    return {array.name: arrays[array.name] for array in layout.arrays}


def moves_of(
    source: Layout,
    target: Layout,
    sizes: AnySizes,
    forget_bias: float | None = None,
    target_forget_bias: float | None = None,
) -> list[Move]:
    return plan(source, target, sizes, forget_bias, target_forget_bias).moves


def cut(arrays: dict[str, frameworks.Array], span: Span) -> frameworks.Array:
    return arrays[span.array][span.rows.start : span.rows.stop, span.columns.start : span.columns.stop]


def carried_out(
    moves: list[Move], source: dict[str, frameworks.Array], target: Layout, sizes: AnySizes
) -> dict[str, frameworks.Array]:
    """Carry out a plan on numbers, cell by cell where the plan says so; what no move fills stays NaN."""
    made = {array.name: np.full(array.shape(sizes), np.nan) for array in target.arrays}
    for move in moves:
        blocks = [cut(source, span).T if move.turned else cut(source, span) for span in move.sources]
        filled = cut(made, move.target)
        assert np.isnan(filled).all(), "two moves fill one cell"
        filled[...] = sum(blocks, start=np.zeros(filled.shape)) + sum(move.constants)
    return made


def expected(source: Layout, target: Layout, weights: Weights, difference: float) -> Weights:
    """Say which biases the target must get: each in its place, what has none added to the last one."""
    b, second = weights.b, weights.second_b
    zeros = dict.fromkeys("ifco", np.zeros_like(b["i"]))
    if len(source.biases) == 1:
        second = zeros
    if len(target.biases) == 1:
        b, second = {gate: b[gate] + second[gate] for gate in "ifco"}, zeros
        return weights._replace(b={**b, "f": b["f"] + difference})
    return weights._replace(b=b, second_b={**second, "f": second["f"] + difference})


@each_layout
@each_size
def test_an_entry_has_the_shapes_of_its_framework(layout: Layout, sizes: Sizes) -> None:
    arrays = arrays_of(layout, draw(*sizes))
    assert {array.name: array.shape(sizes) for array in layout.arrays} == {
        name: array.shape for name, array in arrays.items()
    }


@each_pair
def test_every_number_gets_to_its_place(source: Layout, target: Layout) -> None:
    for sizes, forget_bias in product(SIZES, (0.0, 1.0, 2.5)):
        _gets_to_its_place(source, target, sizes, forget_bias)


def _gets_to_its_place(source: Layout, target: Layout, sizes: Sizes, forget_bias: float) -> None:
    weights = draw(*sizes)
    declared = forget_bias if source.forget_bias_is_argument else None
    moves = moves_of(source, target, sizes, declared)
    there = forget_bias if declared is not None else source.forget_bias
    here = 0.0 if target.forget_bias_is_argument else target.forget_bias
    made = carried_out(moves, arrays_of(source, weights), target, sizes)
    right = arrays_of(target, expected(source, target, weights, there - here))
    assert made.keys() == right.keys()
    for name, array in right.items():
        np.testing.assert_array_equal(made[name], array, err_msg=name)


@each_pair
def test_every_cell_of_the_source_is_used_once(source: Layout, target: Layout) -> None:
    sizes = Sizes(3, 5)
    used = {array.name: np.zeros(array.shape(sizes), int) for array in source.arrays}
    for span in chain.from_iterable(move.sources for move in moves_of(source, target, sizes)):
        cut(used, span)[...] += 1
    assert all((times == 1).all() for times in used.values())


@each_pair
def test_the_moves_come_array_by_array_operand_by_operand_gate_by_gate(source: Layout, target: Layout) -> None:
    moves = moves_of(source, target, Sizes(3, 5))
    assert [(move.target.array, move.operand, move.gate) for move in moves] == [
        (array.name, operand, gate) for array in target.arrays for operand in array.operands for gate in array.gates
    ]


def computed(moves: list[Move]) -> tuple[int, int]:
    """Count the cells that are sums, and those that are constants."""
    sums = sum(move.target.cells for move in moves if move.sources and not move.is_moved)
    return sums, sum(move.target.cells for move in moves if not move.sources)


@pytest.mark.parametrize(
    ("source", "target", "sums", "constants"),
    [
        ("keras", "openvino", 0, 0),
        ("keras", "onnx", 0, 20),
        ("tf1", "onnx", 0, 20),
        ("tf1", "stacked", 0, 20),
        ("tf1", "keras", 5, 0),
        ("haiku", "keras", 5, 0),
        ("tf1", "haiku", 0, 0),
        ("haiku", "tf1", 5, 0),
        ("keras", "tf1", 0, 0),
        ("keras", "haiku", 5, 0),
        ("onnx", "stacked", 0, 0),
        ("onnx", "keras", 20, 0),
        ("onnx", "haiku", 20, 0),
    ],
)
def test_no_more_is_computed_than_must_be(source: str, target: str, sums: int, constants: int) -> None:
    assert computed(moves_of(ALL[source], ALL[target], Sizes(3, 5))) == (sums, constants)


def test_matrices_are_moved_in_every_pair() -> None:
    for source, target in PAIRS:
        matrices = [move for move in moves_of(source, target, Sizes(3, 5)) if not move.operand.is_vector]
        assert matrices
        assert all(move.is_moved for move in matrices)


def test_of_two_biases_and_a_fixed_forget_bias_three_numbers_are_added_up() -> None:
    forget = next(move for move in moves_of(ONNX, HAIKU, Sizes(3, 5)) if move.gains_forget_bias)
    assert (len(forget.sources), forget.constants, forget.gate) == (2, (-1.0,), Gate.FORGET)


def test_both_forget_biases_stay_apart_so_that_their_sum_is_rounded_once() -> None:
    forget = next(move for move in moves_of(TF1, HAIKU, Sizes(3, 5), 0.1) if move.gains_forget_bias)
    assert forget.constants == (0.1, -1.0)


def test_a_forget_bias_of_zero_is_listed_and_adds_nothing() -> None:
    forget = next(move for move in moves_of(TF1, KERAS, Sizes(3, 5), 0.0) if move.gains_forget_bias)
    assert (forget.added, forget.constants, forget.is_moved) == ((0.0,), (), True)


def test_the_forget_bias_that_a_target_is_built_with_is_taken_off() -> None:
    forget = next(move for move in moves_of(KERAS, TF1, Sizes(3, 5), target_forget_bias=1.5) if move.gains_forget_bias)
    assert forget.constants == (-1.5,)
    assert not any(move.constants for move in moves_of(KERAS, TF1, Sizes(3, 5)))
    assert not any(move.constants for move in moves_of(TF1, TF1, Sizes(3, 5), 1.5, 1.5))


def test_only_the_forget_gate_of_a_bias_gains_the_forget_bias() -> None:
    for source, target in PAIRS:
        moves = moves_of(source, target, Sizes(3, 5))
        gaining = [(move.operand, move.gate) for move in moves if move.gains_forget_bias]
        one_adds = source.adds_forget_bias or target.adds_forget_bias
        assert gaining == ([(target.biases[-1], Gate.FORGET)] if one_adds else [])


@pytest.mark.parametrize(
    ("source", "target"), [(TF1, ONNX), (ONNX, TF1), (TF1, STACKED), (ONNX, STACKED), (STACKED, ONNX)]
)
def test_peepholes_are_moved(source: Layout, target: Layout) -> None:
    source, target = source.with_extras(PEEPHOLE), target.with_extras(PEEPHOLE)
    weights, sizes = draw(3, 5), Sizes(3, 5)
    made = carried_out(moves_of(source, target, sizes), arrays_of(source, weights), target, sizes)
    right = arrays_of(target, weights)
    for array in (array for array in target.arrays if PEEPHOLE in array.operands):
        np.testing.assert_array_equal(made[array.name], right[array.name])


@pytest.mark.parametrize(("source", "target"), [(TF1, STACKED), (STACKED, TF1), (TF1, TF1)])
def test_a_projection_is_moved_and_narrows_the_hidden_rows(source: Layout, target: Layout) -> None:
    source, target = source.with_extras(PROJECTION), target.with_extras(PROJECTION)
    weights, sizes = draw(3, 5, 2), ProjectedSizes(3, 5, 2)
    made = carried_out(
        moves_of(source, target, sizes, 0.0 if source is TF1 else None), arrays_of(source, weights), target, sizes
    )
    right = arrays_of(target, expected(source, target, weights, 1.0 if source.forget_bias else 0.0))
    for array in (array for array in target.arrays if not array.is_vector):
        np.testing.assert_array_equal(made[array.name], right[array.name])


def test_a_cell_without_a_bias_gets_zeros_where_the_target_needs_one() -> None:
    moves = moves_of(KERAS.without_bias(), ONNX, Sizes(3, 5))
    assert [move.sources for move in moves if move.operand.is_vector] == [()] * 8
    assert computed(moves) == (0, 40)


def test_a_cell_without_a_bias_may_stay_without() -> None:
    moves = moves_of(KERAS.without_bias(), ONNX.without_bias(), Sizes(3, 5))
    assert {move.target.array for move in moves} == {"W", "R"}


@pytest.mark.parametrize(
    ("source", "target", "declared", "sentence"),
    [
        (TF1.with_extras(PEEPHOLE), KERAS, {}, "the cell has peepholes, for which Keras has no place"),
        (TF1.with_extras(PROJECTION), KERAS, {}, "the cell has a projection, for which Keras has no place"),
        (
            KERAS,
            TF1.with_extras(PROJECTION),
            {},
            "TensorFlow 1 is to have a projection, and the cell of Keras has none",
        ),
        (TF1, KERAS.without_bias(), {}, "Keras is to have no bias, and the cell of TensorFlow 1 has one"),
        (KERAS, ONNX, {"forget_bias": 1.0}, "a forget bias of 1.0 is declared for Keras; expected 0.0"),
        (HAIKU, KERAS, {"forget_bias": 0.5}, "a forget bias of 0.5 is declared for Haiku; expected 1.0"),
        (TF1, HAIKU, {"target_forget_bias": 0.5}, "a forget bias of 0.5 is declared for Haiku; expected 1.0"),
    ],
)
def test_what_has_no_place_is_refused(
    source: Layout, target: Layout, declared: dict[str, float], sentence: str
) -> None:
    with pytest.raises(CsvLstmError) as refused:
        moves_of(source, target, Sizes(3, 5), **declared)
    assert str(refused.value).startswith(sentence)


@each_pair
def test_bands_are_whole_lines_from_the_first_to_the_last(source: Layout, target: Layout) -> None:
    sizes = Sizes(3, 5)
    planned = plan(source, target, sizes)
    for array in target.arrays:
        rows, columns = array.shape(sizes)
        spans = [[move.target for move in band] for band in planned.target_bands(array.name)]
        assert [row for band in spans for row in band[0].rows] == list(range(rows))
        assert all([column for span in band for column in span.columns] == list(range(columns)) for band in spans)
    for array in source.arrays:
        rows, columns = array.shape(sizes)
        spans = [
            [span for move in band for span in move.sources if span.array == array.name]
            for band in planned.source_bands(array.name)
        ]
        assert [row for band in spans for row in band[0].rows] == list(range(rows))


@each_layout
@each_size
def test_each_block_begins_and_ends_at_a_step(layout: Layout, sizes: Sizes) -> None:
    for array in layout.arrays:
        spans = [array.span(operand, gate, sizes) for operand, gate in array.blocks]
        assert {edge % array.step(sizes) for span in spans for edge in (span.columns.start, span.columns.stop)} == {0}


def test_labels_name_every_row_and_column() -> None:
    assert TF1.array("kernel").labels(Sizes(2, 1)) == (["x_0", "x_1", "h_0"], ["i_0", "c_0", "f_0", "o_0"])
    assert ONNX.array("R").labels(Sizes(3, 1)) == (["i_0", "o_0", "f_0", "c_0"], ["h_0"])
    for layout, sizes in product(ALL.values(), SIZES):
        for array in layout.arrays:
            assert tuple(map(len, array.labels(sizes))) == array.shape(sizes)
