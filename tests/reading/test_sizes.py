"""Wrong declarations: the message names the sizes that the files do fit, or says why there are none."""

import re
from collections.abc import Callable

import numpy as np
import pytest

from csvlstm.commands.arguments import as_option
from csvlstm.layouts.gates import Sizes
from csvlstm.reading.dialect import Canonical
from csvlstm.reading.shapes import DEFAULTS, Options, forms
from csvlstm.reading.sizes import fitting_sizes, wrong_sizes

Rows = list[list[str]]

TRANSPOSED = Options(transposed=True)


def weights(rows: int, columns: int, seed: int = 0) -> Rows:
    """Make cells that are all different, each with a decimal point."""
    draw = np.random.default_rng(seed)
    return [[f"{weight:.9f}" for weight in row] for row in draw.standard_normal((rows, columns))]


def turned(rows: Rows) -> Rows:
    return [list(column) for column in zip(*rows, strict=True)]


def row_of(rows: Rows) -> Rows:
    return [[cell for row in rows for cell in row]]


def column_of(rows: Rows) -> Rows:
    return [[cell] for row in rows for cell in row]


def with_header_and_index(rows: Rows) -> Rows:
    return [["", *map(str, range(len(rows[0])))], *([str(number), *row] for number, row in enumerate(rows))]


def to_text(rows: Rows) -> bytes:
    return "".join(",".join(row) + "\n" for row in rows).encode()


def refusal(kernel: Rows, bias: Rows, declared: tuple[int, int], options: Options = DEFAULTS) -> str:
    """Give the message; that the files do not fit the declared sizes is made sure of first."""
    sizes = Sizes(*declared)
    texts = Canonical("k.csv", to_text(kernel)), Canonical("b.csv", to_text(bias))
    assert not (forms(texts[0], sizes.rows, sizes.columns, options) and forms(texts[1], 1, sizes.columns, options))
    return wrong_sizes(*texts, sizes, options).said(as_option)


KERNEL, BIAS = weights(8, 20), weights(20, 1, seed=1)
"""Of a cell with D, H = 3, 5."""

EXPECTED = {
    (2, 5): "expected D + H = 2 + 5 = 7 rows of 4H = 20 cells, or all in one row or column",
    (3, 4): "expected D + H = 3 + 4 = 7 rows of 4H = 16 cells, or all in one row or column",
    (4, 6): "expected D + H = 4 + 6 = 10 rows of 4H = 24 cells, or all in one row or column",
    (5, 3): "expected D + H = 5 + 3 = 8 rows of 4H = 12 cells, or all in one row or column",
    (8, 20): "expected D + H = 8 + 20 = 28 rows of 4H = 80 cells, or all in one row or column",
    (3, 5): "expected D + H = 3 + 5 = 8 rows of 4H = 20 cells, or all in one row or column",
}

each_wrong_declaration = pytest.mark.parametrize(
    "declared",
    [(2, 5), (3, 4), (4, 6), (5, 3), (8, 20)],
    ids=["D", "H", "both", "D and H exchanged", "the shape in place of the sizes"],
)
each_other_declaration = pytest.mark.parametrize(
    "declared", [(2, 5), (3, 4), (4, 6), (5, 3)], ids=["D", "H", "both", "D and H exchanged"]
)
"""With the shape in place of the sizes, a kernel has the shape of one gate."""

each_bias = pytest.mark.parametrize("bias", [BIAS, turned(BIAS)], ids=["bias column", "bias row"])


@each_bias
@each_other_declaration
def test_wrong_sizes_are_answered_with_the_right_ones(bias: Rows, declared: tuple[int, int]) -> None:
    assert refusal(KERNEL, bias, declared) == (
        "k.csv: 8 x 20 cells, with the bias's 20 values, do not fit "
        f"--input-size {declared[0]} --hidden-size {declared[1]}; {EXPECTED[declared]}; "
        "the bias has 20 values = 4 x 5, so --hidden-size 5; the kernel's 8 rows then leave --input-size 3"
    )


@each_bias
@each_wrong_declaration
@pytest.mark.parametrize(
    ("kernel", "shape"), [(column_of(KERNEL), "160 x 1"), (row_of(KERNEL), "1 x 160")], ids=["column", "row"]
)
def test_wrong_sizes_of_a_flat_kernel_are_answered_with_the_right_ones(
    kernel: Rows, shape: str, bias: Rows, declared: tuple[int, int]
) -> None:
    assert refusal(kernel, bias, declared) == (
        f"k.csv: {shape} cells, with the bias's 20 values, do not fit "
        f"--input-size {declared[0]} --hidden-size {declared[1]}; {EXPECTED[declared]}; "
        "the bias has 20 values = 4 x 5, so --hidden-size 5; "
        "the kernel's 160 values = 8 x 20 then leave --input-size 3"
    )


@each_wrong_declaration
def test_header_row_and_index_column_do_not_count(declared: tuple[int, int]) -> None:
    kernel, bias = with_header_and_index(KERNEL), with_header_and_index(BIAS)
    assert refusal(kernel, bias, declared) == refusal(KERNEL, BIAS, declared)


def test_where_d_equals_h_the_right_sizes_are_named_too() -> None:
    assert refusal(weights(8, 16), weights(16, 1, seed=1), (3, 4)) == (
        "k.csv: 8 x 16 cells, with the bias's 16 values, do not fit --input-size 3 --hidden-size 4; "
        "expected D + H = 3 + 4 = 7 rows of 4H = 16 cells, or all in one row or column; "
        "the bias has 16 values = 4 x 4, so --hidden-size 4; the kernel's 8 rows then leave --input-size 4"
    )


def test_a_transposed_kernel_of_the_declared_sizes_needs_the_option() -> None:
    assert refusal(turned(KERNEL), BIAS, (3, 5)) == (
        f"k.csv: 20 x 8 cells are 4H x (D + H), a transposed kernel; {EXPECTED[3, 5]}; add --transposed"
    )


def test_the_option_is_too_much_for_a_kernel_that_is_not_transposed() -> None:
    assert refusal(KERNEL, BIAS, (3, 5), TRANSPOSED) == (
        f"k.csv: 8 x 20 cells are (D + H) x 4H, not a transposed kernel; {EXPECTED[3, 5]}; leave out --transposed"
    )


@each_other_declaration
def test_a_transposed_kernel_of_other_sizes_needs_both(declared: tuple[int, int]) -> None:
    assert refusal(turned(KERNEL), BIAS, declared) == (
        "k.csv: 20 x 8 cells, with the bias's 20 values, do not fit "
        f"--input-size {declared[0]} --hidden-size {declared[1]}; {EXPECTED[declared]}; "
        "the bias has 20 values = 4 x 5, so --hidden-size 5; "
        "the kernel's 8 columns then leave --input-size 3, with --transposed"
    )


@each_other_declaration
def test_with_the_option_a_transposed_kernel_of_other_sizes_needs_the_sizes(declared: tuple[int, int]) -> None:
    assert refusal(turned(KERNEL), BIAS, declared, TRANSPOSED) == (
        "k.csv: 20 x 8 cells, with the bias's 20 values, do not fit "
        f"--input-size {declared[0]} --hidden-size {declared[1]}; {EXPECTED[declared]}; "
        "the bias has 20 values = 4 x 5, so --hidden-size 5; the kernel's 8 columns then leave --input-size 3"
    )


def test_with_the_option_too_much_and_other_sizes_both_are_said() -> None:
    assert refusal(KERNEL, BIAS, (2, 5), TRANSPOSED) == (
        "k.csv: 8 x 20 cells, with the bias's 20 values, do not fit --input-size 2 --hidden-size 5; "
        f"{EXPECTED[2, 5]}; the bias has 20 values = 4 x 5, so --hidden-size 5; "
        "the kernel's 8 rows then leave --input-size 3, without --transposed"
    )


@pytest.mark.parametrize("declared", [(3, 5), (2, 5)], ids=["right sizes", "wrong sizes"])
@pytest.mark.parametrize("kernel", [KERNEL, column_of(KERNEL)], ids=["matrix", "column"])
@each_bias
def test_exchanged_files_are_recognised(kernel: Rows, bias: Rows, declared: tuple[int, int]) -> None:
    assert refusal(bias, kernel, declared) == (
        "k.csv: holds a bias, and b.csv a kernel; expected the kernel first, then the bias; exchange the two"
    )


@pytest.mark.parametrize(
    ("bias", "found"),
    [
        (BIAS[:18], "18 values"),
        (turned(BIAS[:19]), "19 values"),
        (weights(21, 1), "21 values"),
        ([["0"], *weights(21, 1)], "22 values"),
        (weights(4, 5), "4 x 5 values"),
        (weights(2, 20), "2 x 20 values"),
        (weights(20, 2), "20 x 2 values"),
    ],
    ids=["18", "19", "21", "22 that begin with 0", "matrix", "two rows", "two columns"],
)
def test_a_bias_of_no_four_gates_is_refused(bias: Rows, found: str) -> None:
    assert refusal(KERNEL, bias, (3, 5)) == (
        f"b.csv: {found}; expected 4H = 20 values in one row or one column; "
        "is this the bias of an LSTM cell, and whole?"
    )


def projection(p: int) -> str:
    return (
        f"; or the {3 + p} rows are D + P = 3 + {p}, with a projection (num_proj={p}): "
        "Keras has no LSTM layer with a projection"
    )


@pytest.mark.parametrize(
    ("kernel", "shape", "p"),
    [
        (weights(7, 19), "7 x 19", 0),
        (weights(8, 21), "8 x 21", 0),
        (weights(4, 20), "4 x 20", 1),
        (column_of(KERNEL)[:-1], "159 x 1", 0),
        (row_of(KERNEL[:4]), "1 x 80", 1),
    ],
    ids=[
        "7x19",
        "one column more",
        "less than H rows",
        "column",
        "row",
    ],
)
def test_a_kernel_that_fits_no_sizes_is_refused(kernel: Rows, shape: str, p: int) -> None:
    assert refusal(kernel, BIAS, (3, 5)) == (
        f"k.csv: {shape} cells fit no input size beside the bias's 20 values = 4 x 5; {EXPECTED[3, 5]}; "
        f"are k.csv and b.csv of the same cell, and whole?{projection(p) if p else ''}"
    )


ONE_GATE = "join the gates i, j, f, o side by side, in the kernel and in the bias"
NO_GRU = "a GRU has other equations than an LSTM cell, and becomes none"
APART = (
    "declare the layout that keeps both apart, which csvlstm layouts lists; who joins them must bring the gates into "
    "the order i, j, f, o"
)
INPUT_ALONE = "the input size alone: a kernel without its recurrent rows, as Keras and PyTorch keep it"
HIDDEN_ALONE = "the hidden size alone: the recurrent matrix without the rows of the input"
OTHERS = [
    ((8, 20), (20,), (8, 5), f"8 x 20 cells are D x 4H, {INPUT_ALONE}", APART),
    ((20, 3), (20,), (3, 5), f"20 x 3 cells are 4H x D, {INPUT_ALONE}, turned", APART),
    ((3, 20), (20,), (3, 5), f"3 x 20 cells are D x 4H, {INPUT_ALONE}", APART),
    ((5, 20), (20,), (3, 5), f"5 x 20 cells are H x 4H, {HIDDEN_ALONE}", APART),
    ((20, 5), (20,), (3, 5), f"20 x 5 cells are 4H x H, {HIDDEN_ALONE}, turned", APART),
    ((1, 100), (20,), (3, 5), f"100 values are H x 4H = 5 x 20, {HIDDEN_ALONE}", APART),
    ((11, 16), (16,), (11, 16), "11 x 16 cells are D x H, the input weights of one gate", ONE_GATE),
    ((16, 11), (16,), (11, 16), "16 x 11 cells are H x D, the input weights of one gate, turned", ONE_GATE),
    ((16, 16), (16,), (11, 16), "16 x 16 cells are H x H, the recurrent weights of one gate", ONE_GATE),
    ((27, 16), (16,), (11, 16), "27 x 16 cells are D+H x H, one gate of an LSTM cell, or a simple RNN", ONE_GATE),
    ((11, 16), (16,), (3, 8), "11 x 16 cells are D+H x 2H, the gates of a GRUCell", NO_GRU),
    ((3, 24), (24,), (3, 8), "3 x 24 cells are D x 3H, the kernel of a GRU", NO_GRU),
    ((8, 24), (24,), (3, 8), "8 x 24 cells are H x 3H, the recurrent kernel of a GRU", NO_GRU),
    (
        (200, 1),
        (20,),
        (3, 5),
        "200 values = 160 + 2 x 20, the weights and both biases in one, as cuDNN keeps them",
        "cuDNN has each gate turned, in the order i, f, c, o: save its matrices one by one",
    ),
]


@pytest.mark.parametrize(("kernel", "bias", "sizes", "found", "advice"), OTHERS, ids=lambda part: str(part)[:40])
def test_matrices_that_are_no_whole_kernel_are_named_by_the_declared_sizes(
    kernel: tuple[int, int], bias: tuple[int], sizes: tuple[int, int], found: str, advice: str
) -> None:
    said = refusal(weights(*kernel), weights(*bias, 1, seed=1), sizes)
    assert said.startswith(f"k.csv: {found}; expected D + H = ")
    assert f"; {advice}" in said
    # Nobody is told to declare the sizes with which it is converted into nonsense.
    assert not re.search(r"--(in|hidden-)[a-z-]*size \d+$", said)


@pytest.mark.parametrize("form", [list, column_of, row_of], ids=["matrix", "column", "row"])
@pytest.mark.parametrize(("at", "which"), [(0, "first"), (8, "last")])
def test_a_bias_at_either_end_of_its_kernel_is_named(at: int, which: str, form: Callable[[Rows], Rows]) -> None:
    kernel = [*KERNEL[:at], *turned(BIAS), *KERNEL[at:]]
    line = {"list": at + 1, "column_of": 20 * at + 1, "row_of": 1}[form.__name__]
    found = f"the {which} row is the bias in b.csv, number for number"
    assert refusal(form(kernel), BIAS, (3, 5)) == f"k.csv: line {line}: {found}; {EXPECTED[3, 5]}; take the row out"


def test_rows_that_fit_another_input_size_or_a_projection_name_both() -> None:
    assert refusal(weights(7, 20), BIAS, (3, 5)) == (
        f"k.csv: 7 x 20 cells, with the bias's 20 values, do not fit --input-size 3 --hidden-size 5; {EXPECTED[3, 5]}; "
        "the bias has 20 values = 4 x 5, so --hidden-size 5; the kernel's 7 rows then leave --input-size 2"
        + projection(4)
    )


def test_the_columns_of_a_transposed_kernel_may_be_those_of_a_projection() -> None:
    assert refusal(turned(weights(7, 20)), BIAS, (3, 5), TRANSPOSED).endswith("leave --input-size 2" + projection(4))


PEEPHOLES = (
    "one for each unit, as peephole weights (w_i_diag, w_f_diag, w_o_diag) and the gamma and beta of a layer "
    "normalisation are; expected a bias of 4H = {} values; Keras has no LSTM layer with either; "
    "a cell without them has a bias of its own, a LayerNormBasicLSTMCell none"
)
ALL_PEEPHOLES = (
    "three for each unit, as all peephole weights together (w_i_diag, w_f_diag, w_o_diag) are; "
    "expected a bias of 4H = {} values; Keras has no LSTM layer with peepholes; "
    "a cell without them has a bias of its own"
)
TWO_BIASES = (
    "two biases, as cuDNN and PyTorch keep them, or one of a cell of twice the hidden size; "
    "expected a bias of 4H = {} values; TensorFlow 1 and Keras have one bias, the sum of both; "
    "add the first half to the second where their gates are in the order i, j, f, o, and use --forget-bias 0"
)


@pytest.mark.parametrize("sizes", [(3, 5), (2, 4), (4, 4), (12, 4), (1, 1)], ids=lambda sizes: "D{}_H{}".format(*sizes))
@pytest.mark.parametrize(
    ("times", "sentence"), [(1, PEEPHOLES), (3, ALL_PEEPHOLES), (8, TWO_BIASES)], ids=["peepholes", "all", "two biases"]
)
@pytest.mark.parametrize("form", [list, turned], ids=["column", "row"])
@pytest.mark.parametrize("kernel_form", [list, column_of], ids=["matrix", "flat"])
def test_vectors_of_other_cells_given_as_a_bias_are_named(
    sizes: tuple[int, int], times: int, sentence: str, form: Callable[[Rows], Rows], kernel_form: Callable[[Rows], Rows]
) -> None:
    d, h = sizes
    bias = form(weights(times * h, 1, seed=1))
    assert refusal(kernel_form(weights(d + h, 4 * h)), bias, sizes) == (
        f"b.csv: {times * h} values = {times} x {h} are {sentence.format(4 * h)}"
    )


def test_vectors_of_other_cells_are_named_beside_wrong_sizes_too() -> None:
    assert refusal(KERNEL, BIAS[:5], (2, 4)) == f"b.csv: 5 values = 1 x 5 are {PEEPHOLES.format(20)}"


def test_the_kernel_of_a_projection_given_as_a_bias_is_named() -> None:
    assert refusal(KERNEL, weights(5, 2), (3, 5)) == (
        "b.csv: 5 x 2 cells are H x P, the kernel of a projection (num_proj); expected a bias of 4H = 20 values; "
        "Keras has no LSTM layer with a projection"
    )


@pytest.mark.parametrize(("values", "h"), [(16, 4), (24, 6)])
def test_a_kernel_and_a_bias_of_different_cells_are_refused(values: int, h: int) -> None:
    assert refusal(KERNEL, weights(values, 1), (3, 5)) == (
        f"k.csv: 8 x 20 cells fit no input size beside the bias's {values} values = 4 x {h}; {EXPECTED[3, 5]}; "
        "are k.csv and b.csv of the same cell, and whole?"
    )


def test_the_values_of_a_pruned_bias_are_counted_whole() -> None:
    # The 0 it begins with could be a pandas header; nothing else says so.
    assert refusal(weights(8, 19), [["0"], *BIAS[1:]], (3, 5)) == (
        f"k.csv: 8 x 19 cells fit no input size beside the bias's 20 values = 4 x 5; {EXPECTED[3, 5]}; "
        "are k.csv and b.csv of the same cell, and whole?"
    )


@pytest.mark.parametrize(
    "first",
    [["# i j f o"], [""], [f'"{number}"' for number in range(20)]],
    ids=["comment of np.savetxt", "blank line", "quoted names"],
)
def test_a_first_line_that_cannot_be_weights_is_not_counted_among_them(first: list[str]) -> None:
    # The declared sizes are right; who follows the advice --input-size 4 is led astray.
    assert "--input-size 4" not in refusal([first, *KERNEL], BIAS, (3, 5))


FORMS: dict[str, Callable[[Rows], Rows]] = {
    "matrix": lambda rows: rows,
    "row": row_of,
    "column": column_of,
    "pandas": with_header_and_index,
}


@pytest.mark.parametrize("kernel_form", FORMS)
@pytest.mark.parametrize("bias_form", ["row", "column", "pandas"])
@pytest.mark.parametrize("h", range(1, 7))
@pytest.mark.parametrize("d", range(1, 7))
def test_files_fit_the_sizes_they_were_made_with_first_of_all(d: int, h: int, kernel_form: str, bias_form: str) -> None:
    kernel = to_text(FORMS[kernel_form](weights(d + h, 4 * h)))
    bias = to_text(FORMS[bias_form](weights(4 * h, 1, seed=1)))
    assert fitting_sizes(kernel, bias, DEFAULTS)[0].sizes == (d, h)


@pytest.mark.parametrize("h", range(1, 7))
@pytest.mark.parametrize("d", range(1, 7))
def test_a_transposed_kernel_fits_its_sizes_turned(d: int, h: int) -> None:
    kernel, bias = to_text(turned(weights(d + h, 4 * h))), to_text(weights(1, 4 * h))
    fits = fitting_sizes(kernel, bias, DEFAULTS)
    assert [(fit.sizes, fit.transposed) for fit in fits][-1] == ((d, h), True)


def test_a_square_kernel_fits_both_ways_round() -> None:
    fits = fitting_sizes(to_text(weights(4, 4)), to_text(weights(1, 4)), DEFAULTS)
    assert [(fit.sizes, fit.transposed) for fit in fits] == [((3, 1), False), ((3, 1), True)]


@pytest.mark.parametrize(
    ("kernel", "bias"),
    [(weights(8, 20), weights(18, 1)), (weights(5, 20), weights(20, 1)), (weights(8, 19), weights(20, 1))],
    ids=["bias", "no inputs", "columns"],
)
def test_files_that_do_not_belong_together_fit_no_sizes(kernel: Rows, bias: Rows) -> None:
    assert fitting_sizes(to_text(kernel), to_text(bias), DEFAULTS) == []


def test_a_kernel_of_one_row_that_is_the_bias_is_no_bug() -> None:
    assert "number for number" not in refusal(turned(BIAS), BIAS, (3, 5))
