"""A CSV in: every form and dialect of an export gives the same plain form, and what is wrong in it is refused."""

import csv
import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvlstm.commands.arguments import as_option
from csvlstm.errors import CsvLstmError
from csvlstm.layouts.arrays import Span
from csvlstm.layouts.gates import Sizes
from csvlstm.reading.labels import labels
from csvlstm.reading.shapes import DEFAULTS, Grid, Options
from csvlstm.reading.tables import Table, WeightSet, read_pair
from tests.seeds import examples

QUIRKS = Path(__file__).parent.parent.parent / "sample_data" / "quirks"
KERNEL, BIAS = "../sunspots/cell_0_kernel.csv", "../sunspots/cell_0_bias.csv"

Rows = list[list[str]]


def read(kernel: str, bias: str, sizes: tuple[int, int], options: Options = DEFAULTS) -> WeightSet:
    """Read an export, its values included."""
    export = read_pair(kernel, bias, Sizes(*sizes), options)
    assert export.kernel.values.dtype == export.bias.values.dtype == np.float64
    return export


def refusal(kernel: str, bias: str, sizes: tuple[int, int], options: Options = DEFAULTS) -> str:
    with pytest.raises(CsvLstmError) as caught:
        read(kernel, bias, sizes, options)
    return caught.value.said(as_option)


def naive_cells(path: Path) -> Rows:
    """Read the cells of a plain CSV file as text."""
    with open(path, newline="") as file:
        return list(csv.reader(file))


def naive_values(rows: Rows) -> list[list[float]]:
    return [[float(cell) for cell in row] for row in rows]


def to_text(rows: Rows) -> bytes:
    return "".join(",".join(row) + "\n" for row in rows).encode()


@pytest.fixture
def quirks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in the folder of the quirks, so that messages name files without it."""
    monkeypatch.chdir(QUIRKS)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, so that messages name files without it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


READ_KERNELS = {
    "kernel_flat_column.csv": ["flat, read row by row"],
    "kernel_flat_row.csv": ["flat, read row by row"],
    "kernel_pandas_header_and_index.csv": ["header row", "index column"],
    "kernel_pandas_header.csv": ["header row"],
    "kernel_pandas_index.csv": ["index column"],
    "kernel_text_header.csv": ["header row"],
    "kernel_semicolon.csv": ["semicolon as delimiter"],
    "kernel_tab.csv": ["tab as delimiter"],
    "kernel_blanks.csv": ["blanks as delimiter"],
    "kernel_bom.csv": ["byte order mark"],
    "kernel_gzip.csv.gz": [],
    KERNEL: [],
}
TRANSPOSED_KERNEL, OTHER_TEXT = "kernel_transposed.csv", "kernel_crlf.csv"

READ_BIASES = {"bias_row.csv": [], "bias_pandas.csv": ["header row", "index column"], BIAS: []}

REFUSED_KERNELS = {
    "kernel_ragged_row.csv": (
        "kernel_ragged_row.csv: line 4, column 20 (T4): the row ends after 19 of 20 cells; "
        "expected 20 cells in each row; is it a CSV file, and whole?"
    ),
    "kernel_text_cell.csv": (
        "kernel_text_cell.csv: line 3, column 2 (B3): '#NAME?' is the error value of a spreadsheet; "
        "expected a number such as -0.5; export the weights again, and let no spreadsheet open them"
    ),
    "kernel_nan.csv": (
        "kernel_nan.csv: line 5, column 7 (G5): 'nan' is no weight; "
        "expected a number such as -0.5; was the training stopped by a NaN?"
    ),
    "kernel_infinity.csv": (
        "kernel_infinity.csv: line 2, column 9 (I2): 'inf' is no finite weight; "
        "expected a number such as -0.5; did the training diverge?"
    ),
    "kernel_blank_cell.csv": (
        "kernel_blank_cell.csv: line 6, column 4 (D6): the cell is blank; "
        "expected a number such as -0.5; export the weights again"
    ),
    "kernel_missing_row.csv": (
        "kernel_missing_row.csv: 7 x 20 cells, with the bias's 20 values, do not fit --input-size 3 --hidden-size 5; "
        "expected D + H = 3 + 5 = 8 rows of 4H = 20 cells, or all in one row or column; "
        "the bias has 20 values = 4 x 5, so --hidden-size 5; the kernel's 7 rows then leave --input-size 2; "
        "or the 7 rows are D + P = 3 + 4, with a projection (num_proj=4): Keras has no LSTM layer with a projection"
    ),
    TRANSPOSED_KERNEL: (
        "kernel_transposed.csv: 20 x 8 cells are 4H x (D + H), a transposed kernel; "
        "expected D + H = 3 + 5 = 8 rows of 4H = 20 cells, or all in one row or column; add --transposed"
    ),
}


def test_every_quirk_is_tested_here() -> None:
    tested = {*READ_KERNELS, *READ_BIASES, *REFUSED_KERNELS, OTHER_TEXT, "kernel_D1_H1.csv", "bias_D1_H1.csv"}
    assert {path.name for path in QUIRKS.glob("*.csv*")} == tested - {KERNEL, BIAS}


@pytest.mark.parametrize("name", READ_KERNELS)
def test_a_readable_kernel_has_the_text_and_the_values_of_the_plain_export(quirks: None, name: str) -> None:
    kernel = read(name, BIAS, (3, 5)).kernel
    assert kernel.text == Path(KERNEL).read_bytes()
    assert kernel.values.tolist() == naive_values(naive_cells(Path(KERNEL)))


def test_a_transposed_kernel_has_them_too_when_the_user_says_so(quirks: None) -> None:
    kernel = read(TRANSPOSED_KERNEL, BIAS, (3, 5), Options(transposed=True)).kernel
    assert kernel.text == Path(KERNEL).read_bytes()
    assert kernel.values.tolist() == naive_values(naive_cells(Path(KERNEL)))


def test_the_kernel_in_shorter_text_has_the_same_float32_values(quirks: None) -> None:
    kernel = read(OTHER_TEXT, BIAS, (3, 5)).kernel
    assert kernel.text == Path(OTHER_TEXT).read_bytes().replace(b"\r\n", b"\n")
    assert (kernel.values.astype("float32") == read(KERNEL, BIAS, (3, 5)).kernel.values).all()


@pytest.mark.parametrize("name", READ_BIASES)
def test_a_readable_bias_becomes_one_row(quirks: None, name: str) -> None:
    bias = read(KERNEL, name, (3, 5)).bias
    cells = [row[0] for row in naive_cells(Path(BIAS))]
    assert bias.text == to_text([cells])
    assert bias.values.tolist() == naive_values([cells])


def test_the_smallest_layer_is_read(quirks: None) -> None:
    export = read("kernel_D1_H1.csv", "bias_D1_H1.csv", (1, 1))
    assert export.kernel.values.tolist() == [[0.1, 0.2, 0.3, 0.4], [-0.5, 0.6, -0.7, 0.8]]
    assert export.bias.values.tolist() == [[0.01, 0.02, 0.03, 0.04]]


@pytest.mark.parametrize(("name", "recognised"), READ_KERNELS.items(), ids=READ_KERNELS.keys())
def test_it_is_said_what_was_recognised_in_a_kernel(quirks: None, name: str, recognised: list[str]) -> None:
    assert read(name, BIAS, (3, 5)).kernel.recognised == recognised


@pytest.mark.parametrize(("name", "recognised"), READ_BIASES.items(), ids=READ_BIASES.keys())
def test_it_is_said_what_was_recognised_in_a_bias(quirks: None, name: str, recognised: list[str]) -> None:
    assert read(KERNEL, name, (3, 5)).bias.recognised == recognised


@pytest.mark.parametrize(("name", "sentence"), REFUSED_KERNELS.items(), ids=REFUSED_KERNELS.keys())
def test_a_kernel_that_cannot_be_read_is_refused_in_one_sentence(quirks: None, name: str, sentence: str) -> None:
    assert refusal(name, BIAS, (3, 5)) == sentence


def weights(rows: int, columns: int, seed: int = 0, form: str = ".12f") -> Rows:
    """Make cells that are all different, each with a decimal point."""
    draw = np.random.default_rng(seed)
    return [[format(weight, form) for weight in row] for row in draw.standard_normal((rows, columns))]


def write(name: str, rows: Rows) -> str:
    Path(name).write_bytes(to_text(rows))
    return name


def with_cell(rows: Rows, row: int, column: int, cell: str) -> Rows:
    """Give the rows with one cell replaced; its place counts from 0."""
    return [[cell if (r, c) == (row, column) else old for c, old in enumerate(line)] for r, line in enumerate(rows)]


def turned(rows: Rows) -> Rows:
    return [list(column) for column in zip(*rows, strict=True)]


def column_of(rows: Rows) -> Rows:
    return [[cell] for row in rows for cell in row]


def row_of(rows: Rows) -> Rows:
    return [[cell for row in rows for cell in row]]


FORMS: dict[str, Callable[[Rows], Rows]] = {"matrix": list, "column": column_of, "row": row_of, "transposed": turned}


def framed(rows: Rows, header: bool = True, index: bool = True, label: str = "{}") -> Rows:
    """Add a header row and an index column: those of pandas, or names."""
    names = [[label.format(number) for number in range(len(rows[0]))]] if header else []
    if not index:
        return names + rows
    return [["", *row] for row in names] + [[label.format(number), *row] for number, row in enumerate(rows)]


@pytest.fixture
def bias(folder: Path) -> str:
    """Write the bias of a cell with H = 5."""
    return write("b.csv", weights(20, 1, seed=1))


def test_a_table_that_is_written_in_another_way_has_the_edges_of_the_new_text(folder: Path, bias: str) -> None:
    table = read(write("k.csv", weights(8, 20)), bias, (3, 5)).kernel
    text = table.text.replace(b"0.", b"00.")
    rewritten = table.rewritten(text)
    whole = Span("kernel", range(8), range(20))
    assert list(rewritten.edges.rows(whole)) == text.splitlines()
    assert rewritten.values is table.values


class Style(NamedTuple):
    """How an export is written down."""

    form: str
    header_row: bool
    index_column: bool
    label: str
    delimiter: str
    line_end: str
    line_ends_at_the_end: int
    mark: bool
    pack: Callable[[bytes], bytes]

    def write(self, path: Path, rows: Rows) -> str:
        cells = framed(FORMS[self.form](rows), self.header_row, self.index_column, self.label)
        text = self.line_end.join(self.delimiter.join(row) for row in cells) + self.line_ends_at_the_end * self.line_end
        path.write_bytes(self.pack(("\ufeff" * self.mark + text).encode()))
        return str(path)


def styles(*forms: str) -> st.SearchStrategy[Style]:
    return st.builds(
        Style,
        form=st.sampled_from(forms),
        header_row=st.booleans(),
        index_column=st.booleans(),
        label=st.sampled_from(["{}", "n_{}"]),
        delimiter=st.sampled_from([",", ";", "\t", " ", ", "]),
        line_end=st.sampled_from(["\n", "\r\n", "\r"]),
        line_ends_at_the_end=st.integers(0, 3),
        mark=st.booleans(),
        pack=st.sampled_from([bytes, gzip.compress]),
        # Between blanks an empty corner cannot be seen.
    ).filter(lambda style: not (style.delimiter == " " and style.header_row and style.index_column))


@pytest.fixture(scope="module")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exports")


@examples(150)
@given(
    kernel_style=styles(*FORMS),
    bias_style=styles("row", "column"),
    sizes=st.builds(Sizes, st.integers(1, 6), st.integers(1, 6)),
    number_form=st.sampled_from([".12f", ".18e", ".9f", "+.7f"]),
    seed=st.integers(0, 99),
)
def test_an_export_in_any_style_is_read_cell_by_cell(
    shared_folder: Path, kernel_style: Style, bias_style: Style, sizes: Sizes, number_form: str, seed: int
) -> None:
    kernel, bias = (
        weights(sizes.rows, sizes.columns, seed, number_form),
        weights(1, sizes.columns, seed + 1, number_form),
    )
    files = kernel_style.write(shared_folder / "k.csv", kernel), bias_style.write(shared_folder / "b.csv", bias)
    export = read(*files, sizes, Options(transposed=kernel_style.form == "transposed"))
    assert (export.kernel.text, export.bias.text) == (to_text(kernel), to_text(bias))
    assert (export.kernel.values.tolist(), export.bias.values.tolist()) == (naive_values(kernel), naive_values(bias))


@pytest.mark.parametrize("form", FORMS)
def test_a_kernel_longer_than_one_scan_is_read_cell_by_cell(folder: Path, form: str) -> None:
    kernel = weights(60, 92, form=".18e")
    files = write("k.csv", FORMS[form](kernel)), write("b.csv", weights(92, 1, seed=1))
    table = read(*files, (37, 23), Options(transposed=form == "transposed")).kernel
    assert table.text == to_text(kernel)
    assert table.values.tolist() == naive_values(kernel)


@pytest.mark.parametrize("form", FORMS)
def test_where_d_equals_h_a_kernel_is_read_cell_by_cell(folder: Path, form: str) -> None:
    kernel = weights(8, 16)
    files = write("k.csv", FORMS[form](kernel)), write("b.csv", weights(16, 1, seed=1))
    table = read(*files, (4, 4), Options(transposed=form == "transposed")).kernel
    assert table.text == to_text(kernel)


def test_a_square_kernel_is_read_as_exported_and_it_is_said(folder: Path) -> None:
    kernel = weights(4, 4)
    table = read(write("k.csv", kernel), write("b.csv", weights(4, 1, seed=1)), (3, 1)).kernel
    assert (table.text, table.recognised) == (to_text(kernel), ["square, read as exported"])


def test_a_square_kernel_is_turned_when_the_user_says_so(folder: Path) -> None:
    kernel = weights(4, 4)
    files = write("k.csv", turned(kernel)), write("b.csv", weights(4, 1, seed=1))
    table = read(*files, (3, 1), Options(transposed=True)).kernel
    assert (table.text, table.recognised) == (to_text(kernel), ["transposed"])


def quarters(table: Table) -> list[list[list[str]]]:
    """Cut the text of a table at its edges: rows of quarters of cells."""
    step = table.form.columns // 4
    spans = [Span("", range(table.form.rows), range(at, at + step)) for at in range(0, table.form.columns, step)]
    blocks = [table.edges.rows(span) for span in spans]
    return [[text.decode().split(",") for text in row] for row in zip(*blocks, strict=True)]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("sizes", [(3, 5), (4, 4), (1, 6), (6, 1), (1, 1)], ids=lambda sizes: "D{}_H{}".format(*sizes))
def test_the_edges_cut_each_row_into_its_quarters(folder: Path, sizes: tuple[int, int], form: str) -> None:
    d, h = sizes
    kernel, bias = weights(d + h, 4 * h), weights(1, 4 * h, seed=1)
    files = write("k.csv", FORMS[form](kernel)), write("b.csv", bias)
    export = read(*files, sizes, Options(transposed=form == "transposed"))
    for table, rows in ((export.kernel, kernel), (export.bias, bias)):
        assert quarters(table) == [[row[h * quarter : h * quarter + h] for quarter in range(4)] for row in rows]


def test_a_table_knows_its_file(quirks: None) -> None:
    kernel = read(KERNEL, BIAS, (3, 5)).kernel
    assert kernel.name == KERNEL


def test_an_export_knows_the_sha256_of_its_files_where_it_is_asked(quirks: None) -> None:
    files = "kernel_gzip.csv.gz", "bias_row.csv"
    digests = tuple(hashlib.sha256(Path(name).read_bytes()).hexdigest() for name in files)
    export = read_pair(*files, Sizes(3, 5), Options(digest=True))
    assert (export.kernel.sha256, export.bias.sha256) == digests
    assert read_pair(*files, Sizes(3, 5)).kernel.sha256 == ""


def test_a_table_tells_where_its_cells_stand(quirks: None) -> None:
    export = read("kernel_pandas_header_and_index.csv", "bias_pandas.csv", (3, 5))
    assert str(export.kernel.place(2, 7)) == "kernel_pandas_header_and_index.csv: line 4, column 9 (I4)"
    assert str(export.bias.place(0, 7)) == "bias_pandas.csv: line 9, column 2 (B9)"


@pytest.mark.parametrize("fault", ["1.2.3", "#NAME?", ""], ids=["right bytes", "foreign bytes", "blank"])
@pytest.mark.parametrize("frame", [0, 1], ids=["bare", "with header and index"])
@pytest.mark.parametrize(
    ("form", "line", "column"), [("matrix", 3, 8), ("column", 48, 1), ("row", 1, 48), ("transposed", 8, 3)]
)
def test_a_fault_is_named_where_it_stands_in_the_file(
    bias: str, form: str, line: int, column: int, frame: int, fault: str
) -> None:
    faulty = FORMS[form](with_cell(weights(8, 20), 2, 7, fault))
    kernel = write("k.csv", framed(faulty) if frame else faulty)
    with pytest.raises(CsvLstmError) as caught:
        read(kernel, bias, (3, 5), Options(transposed=form == "transposed"))
    assert caught.value.place == ("k.csv", line + frame, column + frame)


def test_a_fault_of_the_bias_is_named_where_it_stands_in_the_file(folder: Path) -> None:
    kernel, bias = write("k.csv", weights(8, 20)), write("b.csv", with_cell(weights(20, 1), 7, 0, "1e999"))
    assert refusal(kernel, bias, (3, 5)) == (
        "b.csv: line 8, column 1 (A8): '1e999' is too large for a float64; "
        "expected a number such as -0.5; export the weights again"
    )


@pytest.mark.parametrize("row", range(7), ids=lambda row: f"line {row + 1}")
@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda cells: cells[:-1], "column 20 (T{}): the row ends after 19 of 20 cells"),
        (lambda cells: [*cells, "1.5"], "column 21 (U{}): the row has 21 cells"),
    ],
    ids=["short", "long"],
)
def test_a_ragged_row_is_named_wherever_it_is(
    bias: str, change: Callable[[list[str]], list[str]], found: str, row: int
) -> None:
    rows = weights(8, 20)
    rows[row] = change(rows[row])
    assert refusal(write("k.csv", rows), bias, (3, 5)) == (
        f"k.csv: line {row + 1}, {found.format(row + 1)}; expected 20 cells in each row; is it a CSV file, and whole?"
    )


@pytest.mark.parametrize("row", range(1, 7), ids=lambda row: f"line {row + 1}")
def test_a_blank_line_inside_is_named_wherever_it_is(bias: str, row: int) -> None:
    rows = weights(8, 20)
    rows[row] = [""]
    assert refusal(write("k.csv", rows), bias, (3, 5)).startswith(
        f"k.csv: line {row + 1}, column 1 (A{row + 1}): the line is blank; expected 20 cells in each row; "
    )


def test_a_ragged_row_is_named_before_wrong_sizes(bias: str) -> None:
    rows = weights(8, 20)
    rows[4] = rows[4][:3]
    assert refusal(write("k.csv", rows), bias, (2, 5)) == (
        "k.csv: line 5, column 4 (D5): the row ends after 3 of 20 cells; "
        "expected 20 cells in each row; is it a CSV file, and whole?"
    )


def test_a_printed_array_is_named_as_one(bias: str) -> None:
    printed = np.array2string(np.random.default_rng(0).standard_normal((8, 20)), threshold=10, max_line_width=10**4)
    Path("k.csv").write_text(printed)
    assert refusal("k.csv", bias, (3, 5)) == (
        "k.csv: line 2, column 1 (A2): '[-0.12853466' has a bracket of a printed array; "
        "expected a number such as -0.5; export the weights with np.savetxt(file, weights, delimiter=',')"
    )


D_IS_3 = "the bias has 20 values = 4 x 5, so --hidden-size 5; the kernel's 8 rows then leave --input-size 3"

P_IS_4 = "; or the 8 rows are D + P = 4 + 4, with a projection (num_proj=4): Keras has no LSTM layer with a projection"

COUNTING = [[str(20 * row + column) for column in range(20)] for row in range(8)]


@pytest.mark.parametrize(
    ("kernel", "d"),
    [
        (COUNTING, 2),
        (framed(weights(8, 20), index=False), 4),
        (framed(weights(8, 20), index=False, label="n_{}"), 4),
    ],
    ids=["counting numbers", "header row as weights", "names as weights"],
)
def test_no_trap_makes_a_row_of_weights_or_of_names_go_unnoticed(bias: str, kernel: Rows, d: int) -> None:
    assert refusal(write("k.csv", kernel), bias, (d, 5)) == (
        f"k.csv: 8 x 20 cells, with the bias's 20 values, do not fit --input-size {d} --hidden-size 5; "
        f"expected D + H = {d} + 5 = {d + 5} rows of 4H = 20 cells, or all in one row or column; {D_IS_3}"
        + (P_IS_4 if d == 4 else "")
    )


@pytest.mark.parametrize(
    ("column", "cell", "found"),
    [
        (3, "#NAME?", "column 4 (D1): '#NAME?' is the error value of a spreadsheet"),
        (0, "", "column 1 (A1): the cell is blank"),
    ],
    ids=["#NAME?", "blank"],
)
def test_an_odd_cell_in_line_1_makes_it_no_header_row(bias: str, column: int, cell: str, found: str) -> None:
    # With D declared one too small, line 1 might pass for a header row.
    kernel = write("k.csv", with_cell(weights(8, 20), 0, column, cell))
    assert refusal(kernel, bias, (2, 5)).startswith(f"k.csv: line 1, {found}; expected a number such as -0.5; ")


def write_text(name: str, text: str) -> str:
    Path(name).write_text(text)
    return name


DECIMAL_OR_NOT = (
    "b.csv: line 1, column 1 (A1): the comma in '0,5' may be a decimal sign or not, and so may those in all "
    "other cells; expected --decimal comma or --decimal point; "
    "numbers with groups of thousands must be saved without them first"
)


def test_a_german_bias_column_that_may_be_an_index_beside_whole_numbers_is_for_the_user_to_decide(folder: Path) -> None:
    kernel, bias = write("k.csv", weights(2, 4)), write_text("b.csv", "0,5\n1,25\n2,75\n3,1\n")
    assert refusal(kernel, bias, (1, 1)) == DECIMAL_OR_NOT
    # The index may be that of the kernel alone.
    assert refusal(kernel, bias, (1, 1), Options(index_column=True)) == DECIMAL_OR_NOT


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (Options(decimal=b","), b"0.5,1.25,2.75,3.1\n"),
        (Options(delimiter=b";"), b"0.5,1.25,2.75,3.1\n"),
        (Options(decimal=b".", index_column=True), b"5,25,75,1\n"),
        (Options(delimiter=b",", index_column=True), b"5,25,75,1\n"),
    ],
    ids=["--decimal comma", "--delimiter ;", "--decimal point", "--delimiter ,"],
)
def test_the_user_says_whether_commas_are_decimal(folder: Path, options: Options, text: bytes) -> None:
    kernel, bias = write("k.csv", column_of(COUNTING_8)), write_text("b.csv", "0,5\n1,25\n2,75\n3,1\n")
    assert read(kernel, bias, (1, 1), options).bias.text == text


def test_a_german_bias_column_that_cannot_be_an_index_is_read(folder: Path) -> None:
    kernel, bias = write("k.csv", weights(2, 4)), write_text("b.csv", "0,5\n0,25\n2,75\n-3,1\n")
    read_bias = read(kernel, bias, (1, 1)).bias
    assert (read_bias.text, read_bias.recognised) == (b"0.5,0.25,2.75,-3.1\n", ["decimal comma"])


def test_two_columns_of_whole_numbers_are_no_decimals_where_they_fit_as_they_are(folder: Path) -> None:
    kernel, bias = write_text("k.csv", "1,5\n1,6\n-2,7\n3,8\n"), write("b.csv", weights(4, 1))
    assert read(kernel, bias, (1, 1), Options(transposed=True)).kernel.text == b"1,1,-2,3\n5,6,7,8\n"


@pytest.mark.parametrize("fault", ["1,2,3", "0,5x", "#WERT!", ""])
def test_a_fault_among_decimal_commas_is_shown_as_it_stands_in_the_file(bias: str, fault: str) -> None:
    rows = [[cell.replace(".", ",") for cell in row] for row in weights(8, 20)]
    text = "sep=;\n\n" + "".join(";".join(row) + "\n" for row in with_cell(rows, 2, 7, fault))
    said = "is the error value of a spreadsheet" if fault == "#WERT!" else "is not a number"
    found = f"{fault!r} {said}" if fault else "the cell is blank"
    assert refusal(write_text("k.csv", text), bias, (3, 5)).startswith(f"k.csv: line 5, column 8 (H5): {found};")


def test_wrong_sizes_of_a_german_bias_column_are_answered_with_the_right_ones(folder: Path) -> None:
    kernel = write("k.csv", weights(8, 20))
    bias = write_text("b.csv", "".join(f"{cell}\n".replace(".", ",") for (cell,) in weights(20, 1, seed=1)))
    assert refusal(kernel, bias, (2, 5)).endswith(D_IS_3)


COUNTING_8 = [["0", "1", "2", "3"], ["7", "9", "11", "4"]]


def test_a_flat_kernel_that_begins_with_pruned_weights_is_read_whole(bias: str) -> None:
    kernel = with_cell(with_cell(weights(8, 20), 0, 0, "0"), 0, 1, "0")
    assert read(write("k.csv", column_of(kernel)), bias, (3, 5)).kernel.text == to_text(kernel)


def test_a_counting_kernel_is_read_whole(bias: str) -> None:
    assert read(write("k.csv", COUNTING), bias, (3, 5)).kernel.text == to_text(COUNTING)


@pytest.mark.parametrize(("header_row", "d", "first"), [(True, 3, 1), (False, 4, 0)], ids=["--header", "--no-header"])
def test_the_user_says_whether_a_counting_first_row_is_weights(bias: str, header_row: bool, d: int, first: int) -> None:
    rows = framed(COUNTING, index=False)
    kernel = read(write("k.csv", rows), bias, (d, 5), Options(header_row=header_row)).kernel
    assert kernel.text == to_text(rows[first:])


def test_an_empty_file_is_refused(bias: str) -> None:
    assert refusal(write("k.csv", []), bias, (3, 5)) == "k.csv: is empty; export the weights again"


def test_a_file_of_blanks_is_refused_as_an_empty_one(bias: str) -> None:
    assert refusal(write("k.csv", [["   "]]), bias, (3, 5)) == "k.csv: is empty; export the weights again"


def test_a_missing_bias_is_named_before_the_kernel_is_read(folder: Path) -> None:
    assert refusal("k.csv", "b.csv", (3, 5)).startswith("b.csv: cannot be read: no such file or directory")


@pytest.mark.parametrize("header", ["V1", ",V1", "row,V1"])
def test_each_row_keeps_its_label_below_a_header_with_or_without_a_corner(header: str) -> None:
    text = f"{header}\na,0.5\nb,0.25\n".encode()
    found = labels(text, Grid(2, 1, header_row=True, index_column=True))
    assert found == (header.split(","), ["a", "b"])
