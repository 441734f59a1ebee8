"""convert_lstm_weights, held against an oracle that looks every weight up under the letter of its gate."""

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import DTypeLike, NDArray

from csvlstm import CsvLstmError, convert_lstm_weights

Array = NDArray[Any]
Row = Sequence[Any]

SIZES = [(3, 5), (7, 2), (4, 4), (1, 6), (5, 1), (1, 1)]
DTYPES = ["float16", "float32", "float64", "longdouble"]

each_size = pytest.mark.parametrize(("d", "h"), SIZES, ids=[f"D{d}_H{h}" for d, h in SIZES])
each_dtype = pytest.mark.parametrize("dtype", DTYPES)


def convert_row(row: Row, h: int) -> list[Any]:
    """Name each weight by gate and unit in TensorFlow 1's order, and ask for them in Keras's order."""
    named = dict(zip(product("ijfo", range(h)), row, strict=True))
    return [named[gate, unit] for gate in "ifjo" for unit in range(h)]


def undo_row(row: Row, h: int) -> list[Any]:
    """Name each weight by gate and unit in Keras's order, and ask for them in TensorFlow 1's order."""
    named = dict(zip(product("ifco", range(h)), row, strict=True))
    return [named[gate, unit] for gate in "icfo" for unit in range(h)]


def add_to_forget_gate(bias: Row, h: int, forget_bias: float) -> list[Any]:
    """Add the forget bias to the third quarter of TensorFlow 1's bias; a forget bias of 0 adds nothing."""
    return [b + forget_bias if forget_bias and 2 * h <= at < 3 * h else b for at, b in enumerate(bias)]


def counting(d: int, h: int) -> tuple[Array, Array]:
    """Give a kernel and a bias in which no number comes twice, so that any misplaced cell shows."""
    rows, columns = d + h, 4 * h
    numbers = np.arange(float((rows + 1) * columns))
    return numbers[columns:].reshape(rows, columns), numbers[:columns]


def random_weights(d: int, h: int, dtype: DTypeLike = "float64") -> tuple[Array, Array]:
    rng = np.random.default_rng([d, h])
    return rng.normal(size=(d + h, 4 * h)).astype(dtype), rng.normal(size=4 * h).astype(dtype)


@each_size
def test_the_first_rows_become_the_kernel(d: int, h: int) -> None:
    kernel, bias = counting(d, h)
    assert convert_lstm_weights(kernel, bias, h)[0].tolist() == [convert_row(row, h) for row in kernel.tolist()[:d]]


@each_size
def test_the_last_rows_become_the_recurrent_kernel(d: int, h: int) -> None:
    kernel, bias = counting(d, h)
    assert convert_lstm_weights(kernel, bias, h)[1].tolist() == [convert_row(row, h) for row in kernel.tolist()[d:]]


@each_size
@pytest.mark.parametrize("forget_bias", [0.0, 1.0, 2.5, -0.75])
def test_the_forget_bias_goes_to_the_forget_gate(d: int, h: int, forget_bias: float) -> None:
    kernel, bias = counting(d, h)
    expected = convert_row(add_to_forget_gate(bias.tolist(), h, forget_bias), h)
    assert convert_lstm_weights(kernel, bias, h, forget_bias)[2].tolist() == expected


def test_the_forget_bias_is_1_where_none_is_given() -> None:
    kernel, bias = random_weights(3, 5)
    assert np.array_equal(convert_lstm_weights(kernel, bias, 5)[2], convert_lstm_weights(kernel, bias, 5, 1.0)[2])


@each_size
@each_dtype
def test_the_weights_keep_every_bit_and_their_dtype(d: int, h: int, dtype: str) -> None:
    kernel, bias = random_weights(d, h, dtype)
    parts = convert_lstm_weights(kernel, bias, h)
    assert [part.dtype for part in parts] == [kernel.dtype, kernel.dtype, bias.dtype]
    assert [list(row) for part in parts[:2] for row in part] == [convert_row(list(row), h) for row in kernel]


@each_dtype
def test_kernel_and_bias_keep_a_dtype_each(dtype: str) -> None:
    kernel, bias = random_weights(3, 5)
    parts = convert_lstm_weights(kernel.astype("float32"), bias.astype(dtype), 5)
    assert [part.dtype for part in parts] == ["float32", "float32", dtype]


def test_a_foreign_byte_order_is_kept() -> None:
    kernel, bias = random_weights(3, 5, ">f4")
    assert [part.dtype.str for part in convert_lstm_weights(kernel, bias, 5)] == [">f4"] * 3


@each_size
def test_the_parts_have_the_shapes_that_set_weights_takes(d: int, h: int) -> None:
    parts = convert_lstm_weights(*random_weights(d, h), h)
    assert [part.shape for part in parts] == [(d, 4 * h), (h, 4 * h), (4 * h,)]


@pytest.mark.parametrize("shape", [(20,), (1, 20), (20, 1)], ids=["4H", "1_by_4H", "4H_by_1"])
def test_a_bias_may_be_a_vector_a_row_or_a_column(shape: tuple[int, ...]) -> None:
    kernel, bias = random_weights(3, 5)
    expected = convert_lstm_weights(kernel, bias, 5)[2]
    assert np.array_equal(convert_lstm_weights(kernel, bias.reshape(shape), 5)[2], expected)


def test_nested_lists_are_taken_as_arrays() -> None:
    kernel, bias = random_weights(3, 5)
    from_lists = convert_lstm_weights(kernel.tolist(), bias.tolist(), 5)
    assert [part.tolist() for part in from_lists] == [part.tolist() for part in convert_lstm_weights(kernel, bias, 5)]


def test_the_inputs_stay_as_they_were() -> None:
    kernel, bias = random_weights(3, 5)
    before = kernel.tobytes(), bias.tobytes()
    for part in convert_lstm_weights(kernel, bias, 5):
        part[...] = np.nan
    assert (kernel.tobytes(), bias.tobytes()) == before


def test_read_only_inputs_are_converted() -> None:
    kernel, bias = random_weights(3, 5)
    expected = [part.tolist() for part in convert_lstm_weights(kernel, bias, 5)]
    kernel.flags.writeable = bias.flags.writeable = False
    assert [part.tolist() for part in convert_lstm_weights(kernel, bias, 5)] == expected


@pytest.mark.parametrize(
    "scattered",
    [np.asfortranarray, lambda a: np.repeat(a, 2, axis=-1)[..., ::2], lambda a: a[..., ::-1].copy()[..., ::-1]],
    ids=["column_major", "every_second_cell", "backwards"],
)
def test_inputs_scattered_in_memory_are_converted(scattered: Any) -> None:
    kernel, bias = random_weights(3, 5)
    expected = [part.tolist() for part in convert_lstm_weights(kernel, bias, 5)]
    assert [part.tolist() for part in convert_lstm_weights(scattered(kernel), scattered(bias), 5)] == expected


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_the_forget_sum_is_taken_in_float64_and_then_rounded_once(dtype: str) -> None:
    h, forget_bias = 50, 0.1
    kernel, bias = random_weights(2, h, dtype)
    forget = bias[2 * h : 3 * h]
    right = [bias.dtype.type(float(b) + forget_bias) for b in forget]
    assert convert_lstm_weights(kernel, bias, h, forget_bias)[2][h : 2 * h].tolist() == right
    # The sum in the narrow dtype is another one, and this test can tell.
    assert (forget + bias.dtype.type(forget_bias)).tolist() != right


def test_the_forget_sum_of_a_long_double_loses_nothing_to_float64() -> None:
    smallest = np.finfo("longdouble").eps
    bias = np.full(4, 1 + 2 * smallest)
    converted = convert_lstm_weights(np.ones((2, 4), "longdouble"), bias, 1)[2]
    assert converted[1] - 2 == 2 * smallest


def test_a_forget_bias_of_0_leaves_even_a_negative_zero_as_it_is() -> None:
    _, _, bias = convert_lstm_weights(np.ones((2, 4)), np.full(4, -0.0), 1, forget_bias=0.0)
    assert np.signbit(bias).all()


@pytest.mark.filterwarnings("ignore:overflow encountered")
def test_a_forget_sum_that_the_dtype_cannot_hold_is_refused() -> None:
    with pytest.raises(CsvLstmError):
        convert_lstm_weights(np.ones((2, 4)), np.full(4, 6e4, "float16"), 1, forget_bias=1e4)


@pytest.mark.parametrize("forget_bias", [float("nan"), float("inf")], ids=["nan", "inf"])
def test_a_forget_bias_that_is_no_finite_number_is_refused(forget_bias: float) -> None:
    with pytest.raises(CsvLstmError, match="forget bias"):
        convert_lstm_weights(*random_weights(3, 5), 5, forget_bias)


@pytest.mark.parametrize(
    ("kernel", "bias", "hidden_size", "sentence"),
    [
        pytest.param(
            np.ones((8, 20), int),
            np.ones(20),
            5,
            "the kernel has dtype int64; expected a float type; use .astype",
            id="kernel_of_whole_numbers",
        ),
        pytest.param(
            np.ones((8, 20)),
            np.ones(20, complex),
            5,
            "the bias has dtype complex128; expected a float type; use .astype",
            id="complex_bias",
        ),
        pytest.param(
            np.ones((8, 20)), np.ones(20), 0, "the hidden size is 0; expected 1 or more", id="hidden_size_of_0"
        ),
        pytest.param(
            np.ones((8, 20)),
            np.ones(20),
            4,
            "the kernel has shape [8, 20]; expected [D+H, 4H] = [4 + 1 or more, 16]; "
            "the bias's 20 values = 4 x 5 would mean hidden_size=5",
            id="other_hidden_size",
        ),
        pytest.param(
            np.ones(160),
            np.ones(20),
            4,
            "the kernel has shape [160]; expected [D+H, 4H] = [4 + 1 or more, 16]; "
            "the bias's 20 values = 4 x 5 would mean hidden_size=5",
            id="flat_kernel",
        ),
        pytest.param(
            np.ones((8, 20)),
            np.ones(21),
            5,
            "the bias has shape [21]; expected [4H] = [20]; is the hidden size right?",
            id="bias_with_a_value_too_many",
        ),
        pytest.param(
            np.ones((8, 20)),
            np.ones(16),
            5,
            "the bias has shape [16]; expected [4H] = [20]; the bias's 16 values = 4 x 4 would mean hidden_size=4",
            id="bias_of_another_layer",
        ),
        pytest.param(
            np.ones((8, 20)),
            np.ones(0),
            5,
            "the bias has shape [0]; expected [4H] = [20]; is the hidden size right?",
            id="empty_bias",
        ),
    ],
)
def test_what_cannot_be_converted_is_refused_in_a_sentence(
    kernel: Array, bias: Array, hidden_size: int, sentence: str
) -> None:
    with pytest.raises(CsvLstmError) as refusal:
        convert_lstm_weights(kernel, bias, hidden_size)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("kernel", "bias"),
    [
        pytest.param(np.ones((20, 8)), np.ones(20), id="transposed_kernel"),
        pytest.param(np.ones((5, 20)), np.ones(20), id="no_input_rows"),
        pytest.param(np.ones((8, 20)), np.ones((4, 5)), id="bias_by_gates"),
    ],
)
def test_a_refusal_never_advises_the_size_that_was_declared(kernel: Array, bias: Array) -> None:
    with pytest.raises(CsvLstmError) as refusal:
        convert_lstm_weights(kernel, bias, 5)
    assert "would mean hidden_size=5" not in str(refusal.value)


def test_a_kernel_has_one_input_row_at_least() -> None:
    with pytest.raises(CsvLstmError, match=r"\[5, 20\]; expected \[D\+H, 4H\] = \[5 \+ 1 or more, 20\]"):
        convert_lstm_weights(np.ones((5, 20)), np.ones(20), 5)


@st.composite
def layers(draw: st.DrawFn) -> tuple[Array, Array, int, float]:
    """Draw a layer of any sizes, with random weights of any scale, a few of them negative zeros, and a forget bias."""
    d, h = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    rng, scale = np.random.default_rng(draw(st.integers(0, 2**32))), draw(st.floats(1e-310, 1e300))
    weights = rng.normal(0, scale, (d + h + 1, 4 * h))
    weights[rng.random(weights.shape) < 0.1] = -0.0
    return weights[:-1], weights[-1], h, draw(st.one_of(st.just(0.0), st.floats(-1e300, 1e300)))


@given(layers())
def test_undoing_the_conversion_gives_every_bit_back_and_the_forget_bias(
    layer: tuple[Array, Array, int, float],
) -> None:
    kernel, bias, h, forget_bias = layer
    new_kernel, recurrent_kernel, new_bias = (part.tolist() for part in convert_lstm_weights(*layer))
    undone = np.array([undo_row(row, h) for row in new_kernel + recurrent_kernel])
    assert undone.tobytes() == kernel.tobytes()
    with_forget_bias = np.array(add_to_forget_gate(bias.tolist(), h, forget_bias))
    assert np.array(undo_row(new_bias, h)).tobytes() == with_forget_bias.tobytes()
