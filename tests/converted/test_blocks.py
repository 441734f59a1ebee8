"""The moves of a plan carried out: sums that are rounded once, and matrices that are put together without a copy."""

from itertools import product

import numpy as np
import pytest

from csvlstm.converted.blocks import Mosaic, array_values, block_values, put_together
from csvlstm.layouts.arrays import Layout
from csvlstm.layouts.entries import HAIKU, KERAS, LAYOUTS, ONNX, TF1
from csvlstm.layouts.gates import Gate, Sizes
from csvlstm.layouts.plan import plan

SIZES = Sizes(3, 5)
PAIRS = list(product(LAYOUTS.values(), repeat=2))


def random_arrays(layout: Layout) -> dict[str, np.ndarray]:
    draw = np.random.default_rng(1)
    return {array.name: draw.standard_normal(array.shape(SIZES)) for array in layout.arrays}


@pytest.mark.parametrize(("source", "target"), PAIRS, ids=[f"{a.key}-{b.key}" for a, b in PAIRS])
def test_products_with_the_pieces_are_those_with_the_whole(source: Layout, target: Layout) -> None:
    moves, values = plan(source, target, SIZES), random_arrays(source)
    pieces = put_together(moves, {move.target: block_values(move, values) for move in moves.moves})
    for array in target.arrays:
        whole = array_values(moves, array.name, values)
        if array.is_vector:
            assert pieces[array.name].tobytes() == whole.tobytes()
            continue
        assert isinstance(pieces[array.name], Mosaic)
        for one, other in ((pieces[array.name], whole), (pieces[array.name].T, whole.T)):
            x = np.random.default_rng(2).standard_normal((7, len(other)))
            np.testing.assert_allclose(x @ one, x @ other, rtol=1e-13, atol=1e-14)


def test_three_numbers_are_added_up_exactly_and_rounded_once() -> None:
    values = random_arrays(ONNX)
    forget = next(move for move in plan(ONNX, HAIKU, SIZES).moves if move.gains_forget_bias)
    for span, number in zip(forget.sources, (2.0**53, 1.0), strict=True):
        span.cut(values[span.array])[:] = number
    assert (2.0**53 + 1.0) - 1.0 != 2.0**53
    assert block_values(forget, values).ravel().tolist() == [2.0**53] * 5


def test_a_forget_bias_of_zero_leaves_a_negative_zero() -> None:
    forget = next(move for move in plan(TF1, KERAS, SIZES, 0.0).moves if move.gains_forget_bias)
    assert np.signbit(block_values(forget, {"bias": np.full((1, 20), -0.0)})).all()


def test_a_constant_needs_no_source() -> None:
    second = [move for move in plan(TF1, ONNX, SIZES, 1.5).moves if not move.sources]
    made = {move.gate: block_values(move, {}).ravel().tolist() for move in second}
    assert made == {gate: [1.5 if gate is Gate.FORGET else 0.0] * 5 for gate in Gate}
