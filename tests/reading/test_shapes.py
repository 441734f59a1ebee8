"""Header rows, index columns, flat and transposed forms: found only where they can be nothing else."""

import csv
from collections.abc import Callable
from io import StringIO
from typing import NamedTuple

import numpy as np
import pytest

from csvlstm.commands.arguments import as_option
from csvlstm.errors import CsvLstmError
from csvlstm.reading.dialect import Canonical
from csvlstm.reading.shapes import DEFAULTS, Form, Grid, Options, cells_per_line, forms, grids
from tests.forms_table import counting

Rows = list[list[str]]


class Layout(NamedTuple):
    """One way to lay a table out in a file."""

    kind: str
    header_row: str = ""
    index_column: str = ""

    def __str__(self) -> str:
        return " with ".join([self.kind, *(f"{label} {what}" for label, what in self._extras())])

    def _extras(self) -> list[tuple[str, str]]:
        return [(label, what) for label, what in ((self.header_row, "header"), (self.index_column, "index")) if label]


KINDS: dict[str, Callable[[Rows], Rows]] = {
    "matrix": lambda rows: rows,
    "transposed": lambda rows: [list(column) for column in zip(*rows, strict=True)],
    "row": lambda rows: [[cell for row in rows for cell in row]],
    "column": lambda rows: [[cell] for row in rows for cell in row],
    "transposed row": lambda rows: [[row[column] for column in range(len(rows[0])) for row in rows]],
    "transposed column": lambda rows: [[row[column]] for column in range(len(rows[0])) for row in rows],
}

LABELS: dict[str, Callable[[int], str]] = {"pandas": str, "names": "n_{}".format}


def weights(rows: int, columns: int, seed: int = 0) -> Rows:
    """Make cells that are all different, each with a decimal point."""
    draw = np.random.default_rng(seed)
    return [[f"{weight:.12f}" for weight in row] for row in draw.standard_normal((rows, columns))]


def whole_numbers(rows: int, columns: int, start: int = 0) -> Rows:
    return [[str(start + row * columns + column) for column in range(columns)] for row in range(rows)]


def laid_out(rows: Rows, layout: Layout) -> Rows:
    """Give the cells of the file."""
    cells = [list(row) for row in KINDS[layout.kind](rows)]
    header = [LABELS[layout.header_row](number) for number in range(len(cells[0]))] if layout.header_row else None
    if layout.index_column:
        cells = [[LABELS[layout.index_column](number), *row] for number, row in enumerate(cells)]
        header = ["", *header] if header else None
    return [header, *cells] if header else cells


def to_text(rows: Rows) -> bytes:
    return "".join(",".join(row) + "\n" for row in rows).encode()


def read(rows: Rows, sizes: tuple[int, int], options: Options = DEFAULTS) -> list[Form]:
    return forms(Canonical("k.csv", to_text(rows)), *sizes, options)


def form_of(rows: Rows, sizes: tuple[int, int], options: Options = DEFAULTS) -> Form:
    (form,) = read(rows, sizes, options)
    return form


def refusal(rows: Rows, sizes: tuple[int, int], options: Options = DEFAULTS) -> str:
    with pytest.raises(CsvLstmError) as caught:
        read(rows, sizes, options)
    return caught.value.said(as_option)


def extras(form: Form) -> tuple[bool, bool]:
    return form.grid.header_row, form.grid.index_column


LAYOUTS = [
    Layout(kind, header, index) for kind in KINDS for header in ("", "pandas", "names") for index in ("", *LABELS)
]

SIZES = [(8, 20), (9, 8), (8, 16), (7, 24), (3, 8), (2, 4), (4, 4), (1, 20)]
"""Shapes of kernels with D, H = 3, 5; 7, 2; 4, 4; 1, 6; 1, 2; 1, 1; 3, 1 (square), and of a bias."""

each_layout = pytest.mark.parametrize("layout", LAYOUTS, ids=str)
each_shape = pytest.mark.parametrize("shape", SIZES, ids=lambda shape: f"{shape[0]}x{shape[1]}")


TRANSPOSED = Options(transposed=True)


def options_for(layout: Layout) -> Options:
    return Options(transposed=layout.kind.startswith("transposed"))


@each_layout
@each_shape
def test_each_layout_is_recognised_as_what_it_is(layout: Layout, shape: tuple[int, int]) -> None:
    form = form_of(laid_out(weights(*shape), layout), shape, options_for(layout))
    assert (form.rows, form.columns) == shape
    assert extras(form) == (bool(layout.header_row), bool(layout.index_column))


@each_layout
@each_shape
def test_a_cell_of_the_table_is_placed_where_it_stands_in_the_file(layout: Layout, shape: tuple[int, int]) -> None:
    rows = weights(*shape)
    text = to_text(laid_out(rows, layout))
    (form,) = forms(Canonical("k.csv", text), *shape, options_for(layout))
    stands_at = {
        cell: ("k.csv", line, column)
        for line, cells in enumerate(csv.reader(StringIO(text.decode())), start=1)
        for column, cell in enumerate(cells, start=1)
    }
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            assert form.place("k.csv", row, column) == stands_at[cell]


@each_layout
def test_a_cell_of_the_grid_is_placed_beside_header_and_index(layout: Layout) -> None:
    cells = laid_out(weights(8, 20), layout)
    form = form_of(cells, (8, 20), options_for(layout))
    last = form.place_in_grid("k.csv", form.grid.rows - 1, form.grid.columns - 1)
    assert last == ("k.csv", len(cells), len(cells[-1]))


@pytest.mark.parametrize(
    ("layout", "as_it_is"),
    [
        (Layout("matrix"), True),
        (Layout("matrix", "pandas", "pandas"), True),
        (Layout("transposed"), False),
        (Layout("row"), False),
        (Layout("column"), False),
    ],
    ids=str,
)
def test_only_a_matrix_lies_in_its_file_as_it_is(layout: Layout, as_it_is: bool) -> None:
    assert form_of(laid_out(weights(8, 20), layout), (8, 20), options_for(layout)).as_it_is == as_it_is


@pytest.mark.parametrize("layout", [Layout("row"), Layout("column")], ids=str)
def test_a_bias_is_never_transposed(layout: Layout) -> None:
    form = form_of(laid_out(weights(1, 20), layout), (1, 20), Options(transposed=True))
    assert not form.transposed


def test_a_square_kernel_is_read_as_exported() -> None:
    assert not form_of(weights(4, 4), (4, 4)).transposed


def test_a_square_kernel_is_turned_when_the_user_says_so() -> None:
    assert form_of(weights(4, 4), (4, 4), Options(transposed=True)).transposed


def test_a_transposed_kernel_is_not_turned_unasked() -> None:
    assert read(weights(20, 8), (8, 20)) == []


def test_a_kernel_that_is_not_transposed_is_not_turned_when_asked() -> None:
    assert read(weights(8, 20), (8, 20), Options(transposed=True)) == []


NAMES = [f"{gate}_{unit}" for gate in "ijfo" for unit in range(5)]


@pytest.mark.parametrize(
    "labels",
    [
        NAMES,
        [f"gate {name}" for name in NAMES],
        [f"größe {name}" for name in NAMES],
        [f"_{number}" for number in range(20)],
        [str(number) for number in range(20)],
    ],
    ids=["names", "with blanks", "in German", "underscores", "counting"],
)
def test_names_that_are_all_different_and_counting_make_a_header_row(labels: list[str]) -> None:
    assert extras(form_of([labels, *weights(8, 20)], (8, 20))) == (True, False)


@pytest.mark.parametrize(
    "odd",
    ["nan", "Infinity", "NA", "None", "NULL", "true", "e5", "E-05", "0.5", "", "#NAME?", "-inf"],
    ids=lambda cell: cell or "blank",
)
def test_a_first_row_of_names_with_one_odd_cell_is_no_header_row(odd: str) -> None:
    assert read([[*NAMES[:19], odd], *weights(8, 20)], (8, 20)) == []


@pytest.mark.parametrize(
    "labels",
    [
        ["same"] * 20,
        ["nan"] * 20,
        [""] * 20,
        [str(number // 2) for number in range(20)],
        [str(number - 1) for number in range(20)],
        [f"{number}.5" for number in range(20)],
    ],
    ids=["same", "nan", "blank", "in pairs", "from -1", "in halves"],
)
def test_a_first_row_of_anything_but_names_or_counting_is_no_header_row(labels: list[str]) -> None:
    assert read([labels, *weights(8, 20)], (8, 20)) == []


@pytest.mark.parametrize(
    "labels",
    [["row"] * 8, [*"abcdefg", "0.5"], [*"abcdefg", ""], [*"01234566"], ["0"] * 8],
    ids=["same", "a weight", "a blank", "standing", "zeros"],
)
def test_a_first_column_with_one_odd_cell_is_no_index_column(labels: list[str]) -> None:
    rows = [[label, *row] for label, row in zip(labels, weights(8, 20), strict=True)]
    assert read(rows, (8, 20)) == []


def test_a_header_row_need_not_have_a_corner() -> None:
    # As R writes it: names for the columns, names for the rows, and nothing where they meet.
    rows = [[f"row_{number}", *row] for number, row in enumerate(weights(8, 20))]
    assert extras(form_of([NAMES, *rows], (8, 20))) == (True, True)


def test_an_empty_corner_settles_what_counts_among_whole_numbers() -> None:
    rows = laid_out(whole_numbers(8, 20, start=-70), Layout("matrix", "pandas", "pandas"))
    assert extras(form_of(rows, (8, 20))) == (True, True)


def test_a_column_of_whole_numbers_from_pandas_is_read_by_its_corner() -> None:
    rows = [["", "0"], *([str(number), str(7 - 3 * number)] for number in range(20))]
    assert extras(form_of(rows, (1, 20))) == (True, True)


@pytest.mark.parametrize("count", [3, 19, 21, 22])
@pytest.mark.parametrize("first", [0, 1, 7])
def test_numbers_above_the_weights_are_no_header_row_where_they_are_more_or_fewer(count: int, first: int) -> None:
    numbers = [str(number) for number in range(first, first + count)]
    assert read([numbers, *weights(8, 20)], (8, 20)) == []


@pytest.mark.parametrize("count", [3, 19, 21, 22])
def test_words_above_the_weights_are_a_header_row_however_many_they_are(count: int) -> None:
    words = [f"word {number}" for number in range(count)]
    assert extras(form_of([words, *weights(8, 20)], (8, 20))) == (True, False)


def test_a_row_and_a_column_that_contradict_each_other_leave_all_cells() -> None:
    # The names of the columns lack the corner, and those of the rows count from 0 with it, because a row was lost.
    rows = [[*map(str, range(20))], *([str(number), *["0.000"] * 20] for number in (1, 2, 3))]
    assert grids(to_text(rows), DEFAULTS) == [Grid(4, 21, header_row=False, index_column=False)]


@pytest.mark.parametrize("sizes", [(7, 20), (6, 20)], ids=["by one", "by two"])
@pytest.mark.parametrize(
    ("row", "column", "cell"),
    [(0, 3, "#NAME?"), (0, 0, ""), (0, 0, "weights"), (0, 19, "nan")],
    ids=["#NAME? in line 1", "blank in A1", "word in A1", "nan in T1"],
)
def test_a_faulty_first_row_is_no_header_when_d_is_declared_too_small(
    sizes: tuple[int, int], row: int, column: int, cell: str
) -> None:
    rows = weights(8, 20)
    rows[row][column] = cell
    assert read(rows, sizes) == []


def test_a_kernel_of_counting_numbers_keeps_its_first_row_when_d_is_declared_too_small() -> None:
    assert read(whole_numbers(8, 20), (7, 20)) == []


def test_a_header_row_that_counts_up_to_the_first_weight_is_in_doubt() -> None:
    rows = whole_numbers(8, 20, start=-70)
    rows[0][0] = "20"
    assert "may be weights or not; expected --header or --no-header" in refusal([counting(20), *rows], (8, 20))


@pytest.mark.parametrize("columns", [1, 2, 3])
def test_few_numbers_above_a_kernel_that_goes_on_counting_are_a_header_row_where_the_shape_says_so(
    columns: int,
) -> None:
    numbers = counting(columns * 21)
    rows = [numbers[at : at + columns] for at in range(0, len(numbers), columns)]
    assert extras(form_of(rows, (20, columns))) == (True, False)
    assert extras(form_of(rows, (21, columns))) == (False, False)


@pytest.mark.parametrize("said", [None, True])
def test_a_header_row_that_counts_is_no_row_of_weights_whether_the_user_says_so_or_not(said: bool | None) -> None:
    rows = [counting(20), *weights(7, 20)]
    assert read(rows, (8, 20), Options(header_row=said)) == []
    assert extras(form_of(rows, (7, 20), Options(header_row=said))) == (True, False)
    index = [[str(number), *row] for number, row in enumerate(weights(8, 19))]
    assert read(index, (8, 20), Options(index_column=said)) == []
    assert extras(form_of(index, (8, 19), Options(index_column=said))) == (False, True)


def test_a_kernel_of_counting_numbers_is_read_whole() -> None:
    assert extras(form_of(whole_numbers(8, 20), (8, 20))) == (False, False)


@pytest.mark.parametrize("kind", ["row", "column"])
def test_a_bias_of_counting_numbers_is_read_whole(kind: str) -> None:
    rows = laid_out(whole_numbers(1, 20), Layout(kind))
    assert extras(form_of(rows, (1, 20))) == (False, False)


@pytest.mark.parametrize("kind", ["row", "column"])
def test_a_flat_kernel_of_counting_numbers_is_read_whole(kind: str) -> None:
    rows = laid_out(whole_numbers(8, 20), Layout(kind))
    assert extras(form_of(rows, (8, 20))) == (False, False)


@pytest.mark.parametrize("layout", [Layout("matrix", "pandas"), Layout("matrix", "names")], ids=str)
def test_a_header_row_is_not_read_as_weights_when_d_is_declared_too_large(layout: Layout) -> None:
    assert read(laid_out(weights(8, 20), layout), (9, 20)) == []


def test_an_index_column_is_not_read_as_weights_of_a_transposed_kernel() -> None:
    rows = laid_out(weights(8, 20), Layout("transposed", index_column="pandas"))
    assert read(rows, (9, 20), Options(transposed=True)) == []


@pytest.mark.parametrize("first", ["0", "0.0", "-0", "0.000000000000000000e+00"])
@pytest.mark.parametrize("kind", ["row", "column", "matrix"])
def test_pruned_weights_that_begin_with_zero_are_read_whole(kind: str, first: str) -> None:
    rows = weights(8, 20)
    rows[0][0] = rows[0][1] = rows[1][0] = first
    assert extras(form_of(laid_out(rows, Layout(kind)), (8, 20))) == (False, False)


@pytest.mark.parametrize("kind", ["row", "column"])
def test_a_bias_of_zeros_is_read_whole(kind: str) -> None:
    assert extras(form_of(laid_out([["0"] * 20], Layout(kind)), (1, 20))) == (False, False)


def test_a_pruned_column_under_a_pandas_header_loses_the_header_only() -> None:
    rows = [["0"], ["0"], *laid_out(weights(8, 20), Layout("column"))[1:]]
    form = form_of(rows, (8, 20))
    assert extras(form) == (True, False)
    assert form.place("k.csv", 0, 0) == ("k.csv", 2, 1)


def header_or_not(shown: str) -> str:
    return (
        f"k.csv: line 1, column 1 (A1): the first row holds the whole numbers {shown} ..., which may be weights or "
        "not; expected --header or --no-header; --header takes it as a header row, --no-header as weights"
    )


def index_or_not(shown: str, line: int = 1) -> str:
    return (
        f"k.csv: line {line}, column 1 (A{line}): the first column holds the whole numbers {shown} ..., which may be "
        "weights or not; expected --index or --no-index; --index takes it as an index column, --no-index as weights"
    )


RISING = {
    "from 1": ([str(number) for number in range(1, 21)], "1, 2, 3"),
    "with a gap": ([*(str(number) for number in range(19)), "20"], "0, 1, 2"),
    "with decimals": ([f"{number}.0" for number in range(20)], "0.0, 1.0, 2.0"),
    "with points": ([f"{number}." for number in range(20)], "0., 1., 2."),
    "with zeros in front": ([f"{number:02}" for number in range(20)], "00, 01, 02"),
    "in tens": ([str(10 * number) for number in range(20)], "0, 10, 20"),
}


@pytest.mark.parametrize("d", [3, 4], ids=["D without it", "D with it"])
@pytest.mark.parametrize(("labels", "shown"), RISING.values(), ids=RISING)
def test_a_first_row_of_rising_numbers_is_for_the_user_to_decide(labels: list[str], shown: str, d: int) -> None:
    rows = [labels, *weights(8, 20)]
    assert refusal(rows, (d + 5, 20)) == header_or_not(shown)
    assert extras(form_of(rows, (8, 20), Options(header_row=True))) == (True, False)
    assert extras(form_of(rows, (9, 20), Options(header_row=False))) == (False, False)


@pytest.mark.parametrize(("labels", "shown"), RISING.values(), ids=RISING)
def test_a_first_column_of_rising_numbers_is_for_the_user_to_decide(labels: list[str], shown: str) -> None:
    rows = [[label, *row] for label, row in zip(labels, weights(20, 8), strict=True)]
    assert refusal(rows, (8, 20), TRANSPOSED) == refusal(rows, (9, 20), TRANSPOSED) == index_or_not(shown)
    assert extras(form_of(rows, (8, 20), TRANSPOSED._replace(index_column=True))) == (False, True)
    assert extras(form_of(rows, (9, 20), TRANSPOSED._replace(index_column=False))) == (False, False)


def test_rising_numbers_among_whole_numbers_are_weights() -> None:
    rows = [[f"{7 * row + column}.0" for column in range(20)] for row in range(8)]
    assert extras(form_of(rows, (8, 20))) == (False, False)


def test_lines_above_a_doubtful_row_are_counted() -> None:
    text = Canonical("k.csv", to_text([RISING["from 1"][0], *weights(8, 20)]), skipped=3)
    with pytest.raises(CsvLstmError) as caught:
        forms(text, 8, 20, DEFAULTS)
    assert caught.value.place == ("k.csv", 4, 1)


@each_layout
def test_lines_above_a_table_move_its_cells_down(layout: Layout) -> None:
    text = to_text(laid_out(weights(8, 20), layout))
    (there,) = forms(Canonical("k.csv", text), 8, 20, options_for(layout))
    (below,) = forms(Canonical("k.csv", text, skipped=3), 8, 20, options_for(layout))
    line, column = there.place("k.csv", 2, 7)[1:]
    assert line
    assert below.place("k.csv", 2, 7) == ("k.csv", line + 3, column)


COUNTING_HEADER = laid_out(whole_numbers(8, 20, start=-70), Layout("matrix", "pandas"))
COUNTING_INDEX = laid_out(whole_numbers(8, 20, start=-70), Layout("matrix", "", "pandas"))
GERMAN_BIAS = [["0", "5"], ["1", "25"], ["2", "75"], ["3", "1"]]


@pytest.mark.parametrize("sizes", [(8, 20), (9, 20)], ids=["D without it", "D with it"])
def test_a_counting_first_row_among_whole_numbers_is_for_the_user_to_decide(sizes: tuple[int, int]) -> None:
    assert refusal(COUNTING_HEADER, sizes) == header_or_not("0, 1, 2")


def test_a_counting_first_column_among_whole_numbers_is_for_the_user_to_decide() -> None:
    assert refusal(COUNTING_INDEX, (8, 20)) == index_or_not("0, 1, 2")


def test_a_german_bias_column_is_not_read_as_an_index_beside_whole_numbers() -> None:
    assert refusal(GERMAN_BIAS, (1, 4)) == index_or_not("0, 1, 2")


@pytest.mark.parametrize("exponent", ["e-1", "E-1"])
@pytest.mark.parametrize("title", [[], [["bias"]]], ids=["", "with a title"])
def test_a_german_bias_column_with_exponents_is_not_read_so_either(title: Rows, exponent: str) -> None:
    rows = [[before, after + exponent] for before, after in GERMAN_BIAS]
    assert refusal([*title, *rows], (1, 4)) == index_or_not("0, 1, 2", line=1 + len(title))


def test_a_german_bias_column_that_does_not_count_has_two_columns() -> None:
    assert read([["0", "5"], ["0", "25"], ["2", "75"], ["-3", "1"]], (1, 4)) == []


@pytest.mark.parametrize("body", [weights(8, 20), whole_numbers(8, 20, start=-70)], ids=["decimals", "whole numbers"])
@pytest.mark.parametrize(
    ("header_row", "rows", "found"), [(True, 8, True), (False, 9, False)], ids=["--header", "--no-header"]
)
def test_the_user_says_whether_a_counting_first_row_is_a_header(
    body: Rows, header_row: bool, rows: int, found: bool
) -> None:
    cells = laid_out(body, Layout("matrix", "pandas"))
    assert extras(form_of(cells, (rows, 20), Options(header_row=header_row))) == (found, False)


@pytest.mark.parametrize("kind", ["matrix", "transposed"])
@pytest.mark.parametrize(("index_column", "d"), [(True, 3), (False, 4)], ids=["--index", "--no-index"])
def test_the_user_says_whether_a_counting_first_column_is_an_index(kind: str, index_column: bool, d: int) -> None:
    # Beside a transposed kernel, a column more or less is an input more or less.
    cells = laid_out(whole_numbers(8, 20, start=-70), Layout(kind, "", "pandas"))
    options = Options(kind == "transposed", None, index_column)
    found = read(cells, (d + 5, 20), options)
    assert [extras(form) for form in found] == ([] if kind == "matrix" and d == 4 else [(False, index_column)])


@pytest.mark.parametrize("labels", [["same"] * 20, [""] * 20, [*NAMES[:19], "0.5"]], ids=["same", "blank", "a weight"])
def test_with_header_any_extra_first_row_is_one(labels: list[str]) -> None:
    assert extras(form_of([labels, *weights(8, 20)], (8, 20), Options(header_row=True))) == (True, False)


def test_with_header_a_file_without_an_extra_row_is_read_whole() -> None:
    assert extras(form_of(weights(8, 20), (8, 20), Options(header_row=True))) == (False, False)


def test_with_index_a_file_without_an_extra_column_is_read_whole() -> None:
    assert extras(form_of(weights(8, 20), (8, 20), Options(index_column=True))) == (False, False)


def test_without_header_names_are_not_taken_for_one() -> None:
    assert read([NAMES, *weights(8, 20)], (8, 20), Options(header_row=False)) == []


def test_without_index_names_are_not_taken_for_one() -> None:
    rows = laid_out(weights(8, 20), Layout("matrix", "", "names"))
    assert read(rows, (8, 20), Options(index_column=False)) == []


def test_a_single_line_has_no_header_row() -> None:
    assert [grid.header_row for grid in grids(b"a,b,c,d\n", DEFAULTS)] == [False]


def test_a_grid_is_named_by_its_shape() -> None:
    assert str(Grid(8, 20, True, False)) == "8 x 20"


@pytest.mark.parametrize(
    ("text", "count"),
    [(b"1,2,3\n", 3), (b"1\n", 1), (b"a\n1,2\n", 2), (b"a,b,c\n1,2\n3\n", 2), (b"1,2\n\n3,4\n", 1), (b"\n1,2\n", 2)],
    ids=["one line", "one cell", "title", "ragged", "blank second line", "blank first line"],
)
def test_cells_are_counted_in_the_second_line(text: bytes, count: int) -> None:
    assert cells_per_line(text) == count
