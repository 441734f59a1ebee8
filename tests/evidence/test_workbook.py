"""The audit workbook in real spreadsheet programs: it passes on what is right, and fails where a cell was touched."""

import csv
import gzip
import hashlib
import os
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from csvlstm.commands.audit import Evidence, audit_layers, read_layer
from csvlstm.evidence.totals import Layer
from csvlstm.layouts.layout import PARTS, Sizes
from csvlstm.network.topology import Cell
from csvlstm.reading.shapes import Options
from tests.exports import converted_layer, named, write_export
from tests.spreadsheets import Sheet, failing, in_ironcalc, in_libreoffice, needs_libreoffice, verdicts

SAMPLES = Path(__file__).parent.parent.parent / "sample_data"
SUNSPOTS = (str(SAMPLES / "sunspots" / "cell_0_kernel.csv"), str(SAMPLES / "sunspots" / "cell_0_bias.csv"))
SIZES = Sizes(3, 5)
BLOCKS = {f"{part} {gate}" for part in PARTS for gate in "ifco"}
DIGITS = 1e-15
"""XlsxWriter writes 16 digits of a number."""

OTHER_ROWS = {"coverage: all cells ", "control: must differ f, c"}


def random_layer(folder: Path, sizes: Sizes, forget_bias: float = 1.0, scale: float = 1.0, dtype: str = "f4") -> Layer:
    """Convert random weights."""
    folder.mkdir(exist_ok=True)
    draw = np.random.default_rng(sizes.rows)
    arrays = [scale * draw.standard_normal(shape) for shape in ((sizes.rows, sizes.columns), sizes.columns)]
    paths = write_export(folder, *(array.astype(dtype) for array in arrays))
    return converted_layer(folder, paths, sizes, forget_bias=forget_bias)


def write(path: Path, layers: Sequence[Layer], template: bool = False) -> Path:
    audit_layers(layers, Evidence(str(path), template, quiet=True))
    return path


# Each tampering touches a workbook as a person could, and names the rows that must fail.
def one_unit_in_the_last_place(book: Workbook) -> set[str]:
    cell = book["kernel"]["H3"]
    cell.value = float(str(np.nextafter(np.float32(cell.value), np.float32(9))))
    return {"kernel f"}


def one_unit_in_a_forget_cell(book: Workbook) -> set[str]:
    cell = book["bias"]["A6"]
    cell.value = float(np.nextafter(np.float32(cell.value), np.float32(9)))
    return {"bias f"}


def two_cells_exchanged(book: Workbook) -> set[str]:
    sheet = book["recurrent_kernel"]
    sheet["K1"].value, sheet["L2"].value = sheet["L2"].value, sheet["K1"].value
    return {"recurrent_kernel c"}


def a_blank(book: Workbook) -> set[str]:
    book["kernel"]["P2"].value = None
    return {"kernel o", "coverage: all cells "}


def a_blank_where_zero_was(book: Workbook) -> set[str]:
    book["tf1 kernel"]["A1"].value = 0
    book["kernel"]["A1"].value = None
    return {"kernel i", "coverage: all cells "}


def a_number_as_text(book: Workbook) -> set[str]:
    cell = book["bias"]["A3"]
    cell.value = str(cell.value)
    cell.data_type = "s"
    return {"bias i", "coverage: all cells "}


def the_same_text_on_both_sides(book: Workbook) -> set[str]:
    for title in ("kernel", "tf1 kernel"):
        book[title]["A2"].value = "x"
    return {"kernel i", "coverage: all cells "}


def an_error_value(book: Workbook) -> set[str]:
    book["kernel"]["A1"].value = "#N/A"
    return {"kernel i", "coverage: all cells "}


def another_forget_bias(book: Workbook) -> set[str]:
    book["Audit"]["D6"].value = 1 + 1e-7
    return {"bias f"}


def another_hidden_size(book: Workbook) -> set[str]:
    book["Audit"]["C6"].value = 6
    return BLOCKS | OTHER_ROWS


def a_column_deleted(book: Workbook) -> set[str]:
    book["kernel"].delete_cols(7)
    return {"kernel f", "kernel c", "kernel o", "coverage: all cells "}


def a_column_more(book: Workbook) -> set[str]:
    book["recurrent_kernel"]["U3"].value = 0.5
    return {"coverage: all cells "}


def the_quarters_unswapped(book: Workbook) -> set[str]:
    for row in book["kernel"]["F1:O3"]:
        values = [cell.value for cell in row]
        for cell, value in zip(row, values[5:] + values[:5], strict=True):
            cell.value = value
    # The control row compares the two quarters that are now the same.
    return {"kernel f", "kernel c", "control: must differ f, c"}


TAMPERINGS = (
    one_unit_in_the_last_place,
    one_unit_in_a_forget_cell,
    two_cells_exchanged,
    a_blank,
    a_blank_where_zero_was,
    a_number_as_text,
    the_same_text_on_both_sides,
    an_error_value,
    another_forget_bias,
    another_hidden_size,
    a_column_deleted,
    a_column_more,
    the_quarters_unswapped,
)


def tamper(source: Path, how: Callable[[Workbook], set[str]]) -> tuple[Path, set[str]]:
    book = openpyxl.load_workbook(source)
    expected = how(book)
    path = source.with_name(f"{how.__name__}.xlsx")
    book.save(path)
    return path, expected


def fill(template: Path, files: dict[str, str]) -> Path:
    """Import the CSVs into a template, as a person does."""
    book = openpyxl.load_workbook(template)
    for title, path in files.items():
        sheet = book[title]
        assert isinstance(sheet, Worksheet)
        assert sheet.max_row == sheet.max_column == 1
        for row in csv.reader(Path(path).read_text().splitlines()):
            sheet.append([float(cell) for cell in row])
    filled = template.with_name("filled.xlsx")
    book.save(filled)
    return filled


# Each of these layers must pass, whatever its files look like.
def layers_that_pass(folder: Path) -> dict[str, list[Layer]]:
    quirks = SAMPLES / "quirks"
    forms = {
        "header_and_index": ("kernel_pandas_header_and_index.csv", "bias_pandas.csv", Options()),
        "text_header": ("kernel_text_header.csv", "bias_row.csv", Options()),
        "transposed": ("kernel_transposed.csv", "bias_row.csv", Options(transposed=True)),
        "flat": ("kernel_flat_column.csv", "bias_row.csv", Options()),
        "gzip": ("kernel_gzip.csv.gz", "bias_row.csv", Options()),
    }
    layers = {"sample": [converted_layer(folder, SUNSPOTS, SIZES)]}
    for name, (kernel, bias, options) in forms.items():
        (folder / name).mkdir()
        files = str(quirks / kernel), str(quirks / bias)
        layers[name] = [converted_layer(folder / name, files, SIZES, options)]
    layers["as_float64"] = [random_layer(folder / "f8", Sizes(7, 2), 0.1, scale=1e5, dtype="f8")]
    layers["square"] = [random_layer(folder / "square", Sizes(4, 4), 0.0, scale=1e-6)]
    layers["tiny"] = [random_layer(folder / "tiny", Sizes(1, 1), -2.5)]
    layers["zeros"] = [random_layer(folder / "zeros", Sizes(2, 3), 0.0, scale=0.0)]
    layers["bias_turned"] = [turned_bias(folder / "turned", as_column=as_column) for as_column in (True, False)]
    layers["network"] = [
        named(random_layer(folder / f"network {number}", sizes), name, direction)
        for number, (sizes, name, direction) in enumerate(
            [(Sizes(3, 5), "=1+1", ""), (Sizes(5, 2), "two", "forward"), (Sizes(5, 2), "two", "backward")]
        )
    ]
    return layers


def turned_bias(folder: Path, as_column: bool) -> Layer:
    """Turn the converted bias into a column where the export's is a row, or the other way round."""
    layer = random_layer(folder.with_name(f"{folder.name} {as_column}"), Sizes(2, 3))
    bias = layer.converted["bias"]
    export = layer.export
    assert bias.values.shape == (12, 1)
    if as_column:
        np.savetxt(Path(export.bias.name), export.bias.values, delimiter=",", fmt="%.17g")
    else:
        np.savetxt(Path(bias.name), bias.values.T, delimiter=",", fmt="%.17g")
    return named(read_layer(layer.cell, os.path.dirname(bias.name)), str(as_column))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("workbooks")


@pytest.fixture(scope="module")
def passing(folder: Path) -> dict[str, Path]:
    layers = layers_that_pass(folder)
    return {name: write(folder / f"{name}.xlsx", some) for name, some in layers.items()}


@pytest.fixture(scope="module")
def tampered(passing: dict[str, Path]) -> dict[Path, set[str]]:
    return dict(tamper(passing["sample"], how) for how in TAMPERINGS)


@pytest.fixture(scope="module")
def template(passing: dict[str, Path], folder: Path) -> Path:
    return write(folder / "template.xlsx", [read_layer(Cell(*SUNSPOTS, SIZES), str(folder / "keras"))], template=True)


@pytest.fixture(scope="module")
def filled(template: Path, folder: Path) -> Path:
    converted = {part: str(folder / "keras" / f"{part}.csv") for part in PARTS}
    return fill(template, {"tf1 kernel": SUNSPOTS[0], "tf1 bias": SUNSPOTS[1], **converted})


@pytest.fixture(scope="module")
def large(folder: Path) -> Path:
    return write(folder / "large.xlsx", [random_layer(folder / "large", Sizes(128, 256))])


def assert_passes(sheet: Sheet) -> None:
    found = verdicts(sheet)
    assert set(found.values()) == {"PASS"}
    # 12 blocks, coverage, control and two spot checks for each layer.
    assert (len(found) - 1) % 16 == 0
    assert len(found) > 16


def assert_fails(sheet: Sheet, expected: set[str]) -> None:
    assert failing(sheet) - {"a cell of the kernel 8", "a value of the bias 1"} == expected
    assert verdicts(sheet)["OVERALL"] == "FAIL"


def test_each_right_layer_passes_in_ironcalc(passing: dict[str, Path]) -> None:
    for path in passing.values():
        assert_passes(in_ironcalc(path))


def test_each_tampering_fails_in_its_row_in_ironcalc(tampered: dict[Path, set[str]]) -> None:
    for path, expected in tampered.items():
        assert_fails(in_ironcalc(path), expected)


def test_a_template_fails_empty_and_passes_filled_in_ironcalc(template: Path, filled: Path) -> None:
    assert_fails(in_ironcalc(template), BLOCKS | OTHER_ROWS)
    assert_passes(in_ironcalc(filled))


@needs_libreoffice
def test_libreoffice_agrees_in_every_case(
    passing: dict[str, Path], tampered: dict[Path, set[str]], template: Path, filled: Path, large: Path, tmp_path: Path
) -> None:
    right = [*passing.values(), filled, large]
    sheets = in_libreoffice([*right, *tampered, template], tmp_path)
    for path in right:
        assert_passes(sheets[path.stem])
    for path, expected in tampered.items():
        assert_fails(sheets[path.stem], expected)
    assert_fails(sheets[template.stem], BLOCKS | OTHER_ROWS)


def test_labels_and_file_names_are_never_formulas(passing: dict[str, Path]) -> None:
    for path in passing.values():
        for sheet in openpyxl.load_workbook(path):
            texts = [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "s"]
            assert sheet.title != "Audit" or texts
    audit = openpyxl.load_workbook(passing["network"])["Audit"]
    assert [audit[cell].value for cell in ("A6", "A7", "A8")] == ["=1+1", "two forward", "two backward"]
    assert audit["A6"].data_type == "s"
    assert in_ironcalc(passing["network"])[5][0] == "=1+1"


def test_every_figure_is_a_short_plain_formula_without_a_stored_result(passing: dict[str, Path]) -> None:
    for path in passing.values():
        audit = openpyxl.load_workbook(path)["Audit"]
        stored = openpyxl.load_workbook(path, data_only=True)["Audit"]
        cells = [cell for row in audit.iter_rows() for cell in row]
        formulas = [str(getattr(cell.value, "text", cell.value)) for cell in cells if cell.data_type == "f"]
        assert len(formulas) >= 12 * 8
        assert all(len(formula) < 250 for formula in formulas)
        assert not [formula for formula in formulas if "OFFSET" in formula or "INDIRECT" in formula]
        assert {stored[cell.coordinate].value for cell in cells if cell.data_type == "f"} <= {None, ""}
        numbers = [cell for cell in cells if cell.data_type == "n" and cell.value is not None]
        yellow = [cell for cell in numbers if cell.fill.fgColor.rgb == "FFFFFF99"]
        # The rest are the four gates and the one row of a bias.
        layers = len(yellow) // 7
        assert (len(yellow), len(numbers)) == (7 * layers, 9 * layers)
        assert not openpyxl.load_workbook(path).defined_names


@pytest.mark.parametrize("name", ["sample", "header_and_index", "text_header", "transposed", "gzip"])
def test_the_value_sheets_hold_the_files_cell_for_cell(passing: dict[str, Path], name: str) -> None:
    book = openpyxl.load_workbook(passing[name])
    audit = book["Audit"]
    for row in range(9, 14):
        title, path = audit[f"B{row}"].value, Path(audit[f"C{row}"].value)
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        assert audit[f"I{row}"].value == hashlib.sha256(path.read_bytes()).hexdigest()
        for line, cells in enumerate(csv.reader(data.decode().splitlines()), start=1):
            shown = [cell.value for cell in book[title][line]]
            texts = [isinstance(value, str) for value in shown]
            assert [value for value, text in zip(shown, texts, strict=True) if text] == [
                cell for cell, text in zip(cells, texts, strict=True) if text
            ]
            numbers = [float(cell) for cell, text in zip(cells, texts, strict=True) if cell and not text]
            assert numbers_of(shown) == pytest.approx(numbers, rel=DIGITS, abs=0)
        assert book[title].max_row == line


def numbers_of(values: Sequence[object]) -> list[float]:
    return [value for value in values if isinstance(value, float)]


def test_a_flat_kernel_is_shown_reshaped_and_says_so(passing: dict[str, Path]) -> None:
    book = openpyxl.load_workbook(passing["flat"])
    kernel = next(csv.reader(["".join((SAMPLES / "quirks" / "kernel_flat_column.csv").read_text().replace("\n", ","))]))
    shown = [cell.value for row in book["tf1 kernel"].iter_rows() for cell in row]
    assert shown == pytest.approx([float(cell) for cell in kernel if cell], rel=DIGITS, abs=0)
    assert book["Audit"]["A14"].value == (
        "tf1 kernel: flat in the file (160 x 1 cells), and shown as 8 x 20 cells: B7 there is not B7 in the file"
    )


def test_links_lead_to_the_ranges_that_the_formulas_compare(passing: dict[str, Path]) -> None:
    for path in passing.values():
        audit = openpyxl.load_workbook(path)["Audit"]
        rows = [row for row in range(1, audit.max_row) if audit[f"B{row}"].value in PARTS and audit[f"L{row}"].value]
        assert len(rows) % 12 == 0
        for row in rows:
            differing = getattr(audit[f"L{row}"].value, "text", audit[f"L{row}"].value)
            for column in "DE":
                link = audit[f"{column}{row}"].hyperlink
                assert link is not None
                assert link.location in differing
                assert str(link.location).endswith(f"!{audit[f'{column}{row}'].value}")


def test_a_workbook_is_the_same_byte_for_byte_on_another_day(passing: dict[str, Path], folder: Path) -> None:
    layer = read_layer(Cell(*SUNSPOTS, SIZES), str(folder / "keras"))
    with zipfile.ZipFile(passing["sample"]) as archive:
        assert str(time.gmtime().tm_year) not in archive.read("docProps/core.xml").decode()
    # Two seconds are the resolution of times in an archive.
    time.sleep(2)
    assert write(folder / "again.xlsx", [layer]).read_bytes() == passing["sample"].read_bytes()


def test_the_audit_sheet_comes_first_and_prints_on_one_landscape_page(passing: dict[str, Path]) -> None:
    book = openpyxl.load_workbook(passing["sample"])
    assert book.sheetnames == ["Audit", "columns", "tf1 kernel", "tf1 bias", *PARTS]
    setup = book["Audit"].page_setup
    # One page each way is what nothing said means.
    assert (setup.orientation, setup.fitToWidth, setup.fitToHeight) == ("landscape", None, None)
    properties = book["Audit"].sheet_properties.pageSetUpPr
    assert properties is not None
    assert properties.fitToPage
    assert openpyxl.load_workbook(passing["network"]).sheetnames[2:5] == ["1 tf1 kernel", "1 tf1 bias", "1 kernel"]


def test_one_colour_a_gate_on_every_sheet(passing: dict[str, Path]) -> None:
    book = openpyxl.load_workbook(passing["sample"])
    colours: dict[object, object] = {}
    for row in range(16, 28):
        gate = book["Audit"][f"C{row}"]
        colours.setdefault(gate.value, gate.fill.fgColor.rgb)
        for column in "CDE":
            assert book["Audit"][f"{column}{row}"].fill.fgColor.rgb == colours[gate.value]
    assert len(set(colours.values())) == 4
    for title in ("tf1 kernel", "kernel"):
        shades = book[title].conditional_formatting
        found = {str(shade.sqref): shade.rules[0].colorScale.color[0].rgb for shade in shades}
        assert found["K1:O3"] == colours["f" if title == "tf1 kernel" else "c"]
        assert found["F1:J3"] == colours["c" if title == "tf1 kernel" else "f"]


@pytest.mark.parametrize("name", ["sample", "header_and_index", "transposed"])
@pytest.mark.parametrize(("row", "column", "gate"), [(1, 1, "i"), (3, 10, "c"), (4, 11, "f"), (8, 20, "o")])
def test_a_spot_check_shows_the_cell_of_both_files(
    passing: dict[str, Path], tmp_path: Path, name: str, row: int, column: int, gate: str
) -> None:
    book = openpyxl.load_workbook(passing[name])
    words = [cells[1].value for cells in book["Audit"].iter_rows()]
    spot = words.index("a cell of the kernel") + 1
    book["Audit"][f"C{spot}"].value, book["Audit"][f"D{spot}"].value = row, column
    book["Audit"][f"D{spot + 1}"].value = column
    book.save(tmp_path / "typed.xlsx")
    sheet = in_ironcalc(tmp_path / "typed.xlsx")
    keras_row, part = (row, "kernel") if row <= 3 else (row - 3, "recurrent_kernel")
    keras_column = {"i": 0, "f": 5, "c": 10, "o": 15}[gate] + (column - 1) % 5 + 1
    shown = sheet[spot - 1]
    assert [shown[4], shown[6], shown[7], shown[12]] == [gate, f"{chr(64 + keras_column)}{keras_row}", part, "PASS"]
    assert float(shown[8]) == float(shown[9]) == pytest.approx(book["tf1 kernel"][shown[5]].value, abs=1e-12)
    assert float(shown[9]) == pytest.approx(book[part][shown[6]].value, abs=1e-12)
    bias = sheet[spot]
    gained = 1 if gate == "f" else 0
    assert bias[12] == "PASS"
    assert float(bias[8]) == pytest.approx(book["tf1 bias"][bias[5]].value + gained, abs=1e-11)
    assert float(bias[9]) == pytest.approx(book["bias"][bias[6]].value, abs=1e-11)


@pytest.mark.parametrize(("row", "column"), [(9, 1), (1, 21), (0, 1), (1, 0)])
def test_a_spot_check_outside_the_kernel_does_not_pass(
    passing: dict[str, Path], tmp_path: Path, row: int, column: int
) -> None:
    book = openpyxl.load_workbook(passing["sample"])
    book["Audit"]["C33"].value, book["Audit"]["D33"].value = row, column
    book.save(tmp_path / "typed.xlsx")
    assert in_ironcalc(tmp_path / "typed.xlsx")[32][12] == "FAIL"
