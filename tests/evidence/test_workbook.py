"""The audit workbook in real spreadsheet programs: it passes on what is right, and fails where a cell was touched."""

import csv
import gzip
import hashlib
import time
import zipfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from numpy.typing import NDArray
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from csvlstm import __version__
from csvlstm.commands.cli import main
from csvlstm.converted.sets import Sides
from csvlstm.errors import CsvLstmError
from csvlstm.layouts.entries import LAYOUTS
from csvlstm.layouts.gates import Sizes
from csvlstm.network.topology import Cell
from csvlstm.reading.shapes import Options
from tests import children
from tests.exports import PARTS, audited, both_sides, converted_layer, edited, named, rows_of, write_export
from tests.seeds import some_of
from tests.spreadsheets import Sheet, failing, in_ironcalc, in_libreoffice, judged, needs_libreoffice, verdicts

SAMPLES = Path(__file__).parent.parent.parent / "sample_data"
SUNSPOTS = (str(SAMPLES / "sunspots" / "cell_0_kernel.csv"), str(SAMPLES / "sunspots" / "cell_0_bias.csv"))
SIZES = Sizes(3, 5)
BLOCKS = {f"{part} {gate}" for part in PARTS for gate in "ifco"}
DIGITS = 1e-15
"""XlsxWriter writes 16 digits of a number."""

SPOT_CHECKS = 3
"""The number of that sheet in a workbook of one layer."""

OTHER_ROWS = {"coverage: all cells ", "control: must differ f, c"}


def random_layer(folder: Path, sizes: Sizes, forget_bias: float = 1.0, scale: float = 1.0, dtype: str = "f4") -> Sides:
    """Convert random weights."""
    folder.mkdir(exist_ok=True)
    draw = np.random.default_rng(sizes.rows)
    arrays = [scale * draw.standard_normal(shape) for shape in ((sizes.rows, sizes.columns), sizes.columns)]
    paths = write_export(folder, *(array.astype(dtype) for array in arrays))
    return converted_layer(folder, paths, sizes, forget_bias=forget_bias)


def write(path: Path, layers: Sequence[Sides], template: bool = False) -> Path:
    audited(*layers, path=path, template=template)
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
    book["Audit"]["E9"].value = 1 + 1e-7
    return {"bias f"}


def another_hidden_size(book: Workbook) -> set[str]:
    book["Audit"]["C9"].value = 6
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


FORMS = {
    "header_and_index": ("kernel_pandas_header_and_index.csv", "bias_pandas.csv", Options()),
    "text_header": ("kernel_text_header.csv", "bias_row.csv", Options()),
    "transposed": ("kernel_transposed.csv", "bias_row.csv", Options(transposed=True)),
    "flat": ("kernel_flat_column.csv", "bias_row.csv", Options()),
    "gzip": ("kernel_gzip.csv.gz", "bias_row.csv", Options()),
}


def layer_of_form(folder: Path, name: str) -> list[Sides]:
    kernel, bias, options = FORMS[name]
    (folder / name).mkdir()
    files = str(SAMPLES / "quirks" / kernel), str(SAMPLES / "quirks" / bias)
    return [converted_layer(folder / name, files, SIZES, options)]


def small_network(folder: Path) -> list[Sides]:
    cells = [(Sizes(3, 5), "=1+1", ""), (Sizes(5, 2), "two", "forward"), (Sizes(5, 2), "two", "backward")]
    return [
        named(random_layer(folder / f"network {number}", sizes), name, direction)
        for number, (sizes, name, direction) in enumerate(cells)
    ]


# Each of these layers must pass, whatever its files look like.
PASSING: dict[str, Callable[[Path], list[Sides]]] = {
    "sample": lambda folder: [converted_layer(folder, SUNSPOTS, SIZES)],
    **{name: partial(layer_of_form, name=name) for name in FORMS},
    "as_float64": lambda folder: [random_layer(folder / "f8", Sizes(7, 2), 0.1, scale=1e5, dtype="f8")],
    "square": lambda folder: [random_layer(folder / "square", Sizes(4, 4), 0.0, scale=1e-6)],
    "tiny": lambda folder: [random_layer(folder / "tiny", Sizes(1, 1), -2.5)],
    "zeros": lambda folder: [random_layer(folder / "zeros", Sizes(2, 3), 0.0, scale=0.0)],
    "bias_turned": lambda folder: [turned_bias(folder / "turned", as_column=one) for one in (True, False)],
    "network": small_network,
}

each_passing = pytest.mark.parametrize("name", PASSING)


class Passing(dict[str, Path]):
    """The workbooks by name, each written when it is first looked at."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __missing__(self, name: str) -> Path:
        self[name] = write(self._folder / f"{name}.xlsx", PASSING[name](self._folder))
        return self[name]


def turned_bias(folder: Path, as_column: bool) -> Sides:
    """Turn the converted bias into a column where the export's is a row, or the other way round."""
    layer = random_layer(folder.with_name(f"{folder.name} {as_column}"), Sizes(2, 3))
    bias = layer.converted.tables["bias"]
    export = layer.export
    assert bias.values.shape == (12, 1)
    if as_column:
        np.savetxt(Path(export.bias.name), export.bias.values, delimiter=",", fmt="%.17g")
    else:
        np.savetxt(Path(bias.name), bias.values.T, delimiter=",", fmt="%.17g")
    return named(both_sides(layer.cell, Path(bias.name).parent), str(as_column))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("workbooks")


@pytest.fixture(scope="module")
def passing(folder: Path) -> Passing:
    return Passing(folder)


@pytest.fixture(scope="module")
def tampered(passing: Passing) -> dict[Path, set[str]]:
    return dict(tamper(passing["sample"], how) for how in TAMPERINGS)


@pytest.fixture(scope="module")
def template(passing: Passing, folder: Path) -> Path:
    assert passing["sample"].exists()
    return write(folder / "template.xlsx", [both_sides(Cell(SUNSPOTS, SIZES), folder / "keras")], template=True)


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
    # 12 blocks, coverage and control, or the layers of a network.
    assert len(found) - 1 in (14, 3, 2)


def assert_fails(sheet: Sheet, expected: set[str]) -> None:
    assert failing(sheet) == expected
    assert verdicts(sheet)["OVERALL"] == "FAIL"


@each_passing
def test_each_right_layer_passes_in_ironcalc(passing: Passing, name: str) -> None:
    assert_passes(in_ironcalc(passing[name]))


@pytest.mark.parametrize("how", TAMPERINGS)
def test_each_tampering_fails_in_its_row_in_ironcalc(passing: Passing, how: Callable[[Workbook], set[str]]) -> None:
    assert_fails(in_ironcalc(tamper(passing["sample"], how)[0]), how(openpyxl.load_workbook(passing["sample"])))


def test_a_template_is_not_filled_yet_and_passes_filled_in_ironcalc(template: Path, filled: Path) -> None:
    assert_empty(in_ironcalc(template))
    assert {row[-1] for row in judged(in_ironcalc(template, SPOT_CHECKS))} == {"not filled yet"}
    assert_passes(in_ironcalc(filled))
    assert {row[-1] for row in judged(in_ironcalc(filled, SPOT_CHECKS))} == {"PASS"}


def test_a_template_that_is_half_filled_fails(template: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(template)
    book["kernel"]["A1"].value = 0.5
    book.save(tmp_path / "half.xlsx")
    sheet = in_ironcalc(tmp_path / "half.xlsx")
    assert sheet[1][1] == "FAIL"
    assert failing(sheet) == {"kernel i", "coverage: all cells "}


def assert_empty(sheet: Sheet) -> None:
    assert set(verdicts(sheet).values()) == {"not filled yet"}


def test_each_layer_of_a_network_has_a_sheet_of_its_name_that_passes(passing: Passing) -> None:
    titles = openpyxl.load_workbook(passing["network"]).sheetnames
    assert titles[:7] == ["Summary", "=1+1", "two forward", "two backward", "columns", "places", "spot checks"]
    assert titles[7:9] == ["=1+1 tf1 kernel", "=1+1 tf1 bias"]
    for number in (1, 2, 3):
        assert_passes(in_ironcalc(passing["network"], number))
    lines = judged(in_ironcalc(passing["network"], 6))
    assert [line[0] for line in lines[::24]] == titles[1:4]
    assert (len(lines), {line[-1] for line in lines}) == (72, {"PASS"})


def test_a_cell_that_was_touched_fails_its_layer_and_the_network(passing: Passing, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(passing["network"])
    book["two forward kernel"]["B2"].value = 9
    book.save(tmp_path / "touched.xlsx")
    summary = in_ironcalc(tmp_path / "touched.xlsx")
    assert summary[1][1] == "FAIL"
    assert [(row[0], row[8], row[9]) for row in judged(summary)] == [
        ("=1+1", "0", "PASS"), ("two forward", "1", "FAIL"), ("two backward", "0", "PASS")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("labels", "titles"),
    [
        (["a", "A"], ["a", "2 A"]),
        (["summary", "columns"], ["1 summary", "2 columns"]),
        (["History", "it's"], ["1 History", "it_s"]),
        (["encoder of a long name 1", "encoder of a long name 2"], ["1 encoder of a", "2 encoder of a"]),
    ],
)
def test_titles_of_sheets_are_those_that_a_spreadsheet_takes(
    tmp_path: Path, labels: list[str], titles: list[str]
) -> None:
    layer = random_layer(tmp_path, Sizes(2, 1))
    path = write(tmp_path / "titles.xlsx", [named(layer, label) for label in labels])
    names = openpyxl.load_workbook(path).sheetnames
    assert names[1:3] == titles
    assert all(len(name) <= 31 for name in names)
    assert_passes(in_ironcalc(path, 1))


@pytest.mark.parametrize("how", [one_unit_in_the_last_place, two_cells_exchanged, another_forget_bias])
def test_the_first_differing_cell_is_named_in_both_files(passing: Passing, how: Callable[[Workbook], set[str]]) -> None:
    path, (block,) = tamper(passing["sample"], how)
    first = {" ".join(row[1:3]): row[13:15] for row in in_ironcalc(path) if len(row) > 14}[block]
    # Written out: where the cell that was touched stands, and where it comes from.
    assert first == {"kernel f": ["M3", "H3"], "recurrent_kernel c": ["F4", "K1"], "bias f": ["A11", "A6"]}[block]


def test_the_first_differing_cell_is_that_of_the_table_of_numbers(folder: Path) -> None:
    layer = random_layer(folder / "first", Sizes(3, 5))
    wrong = edited(layer, "recurrent_kernel", {(2, 7): 9.0, (4, 5): 9.0})
    row = rows_of(audited(wrong))[5]
    shown = in_ironcalc(write(folder / "first.xlsx", [wrong]))
    assert [row.first_source, row.first_target] == ["M6", "H3"]
    assert next(cells for cells in shown if cells[1:3] == ["recurrent_kernel", "f"])[13:15] == ["M6", "H3"]


@needs_libreoffice
def test_libreoffice_shows_the_cells_that_differ_red_on_both_sides(passing: Passing, tmp_path: Path) -> None:
    turned, _ = tamper(passing["transposed"], two_cells_exchanged)
    other, _ = tamper(passing["sample"], another_forget_bias)
    for path, counts in ((turned, [2, 0, 0, 2, 0]), (other, [0, 5, 0, 0, 5]), (passing["header_and_index"], [0] * 5)):
        command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to"]
        children.run([*command, "html", "--outdir", tmp_path, path], check=True)
        tables = (tmp_path / f"{path.stem}.html").read_text().split('<A NAME="table')[-5:]
        assert [table.count('bgcolor="#C00000"') for table in tables] == counts


def test_value_sheets_print_on_one_paper_with_headings_and_repeated_labels(passing: Passing) -> None:
    book = openpyxl.load_workbook(passing["header_and_index"])
    assert {(sheet.page_setup.paperSize, sheet.page_setup.orientation) for sheet in book.worksheets} == {
        (9, "landscape")
    }
    assert [sheet.title for sheet in book.worksheets if sheet.print_options.headings] == book.sheetnames[4:]
    assert (book["tf1 kernel"].print_title_rows, book["tf1 kernel"].print_title_cols) == ("$1:$1", "$A:$A")
    assert [book[title].print_title_rows for title in ("columns", "places", "spot checks")] == [
        "$1:$1",
        "$1:$1",
        "$1:$2",
    ]
    network = openpyxl.load_workbook(passing["network"])
    assert network["Summary"].print_title_rows == "$1:$8"


def test_a_workbook_says_who_prepared_it_with_what_and_when(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86399")
    layer = random_layer(folder / "said", Sizes(2, 3))
    command = ["audit", "a b.csv"]
    audited(layer, path=folder / "said.xlsx", command=command)
    audit = openpyxl.load_workbook(folder / "said.xlsx")["Audit"]
    assert audit["A5"].value == f"Prepared with csvlstm {__version__}, csvlstm audit 'a b.csv', 1970-01-01 23:59:59 UTC"
    assert [str(audit[f"A{row}"].value)[:12] for row in (6, 7)] == ["Prepared by:", "Reviewed by:"]
    assert "Protected View" in str(audit["A4"].value)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(CsvLstmError, match="'yesterday' is no time"):
        audited(layer, path=folder / "not.xlsx")
    assert not (folder / "not.xlsx").exists()


@pytest.mark.mass
@needs_libreoffice
def test_libreoffice_agrees_in_every_case(
    passing: Passing, tampered: dict[Path, set[str]], template: Path, filled: Path, large: Path, tmp_path: Path
) -> None:
    right = [*(passing[name] for name in PASSING), filled, large]
    sheets = in_libreoffice([*right, *tampered, template], tmp_path)
    for path in right:
        assert_passes(sheets[path.stem])
    for path, expected in tampered.items():
        assert_fails(sheets[path.stem], expected)
    assert_empty(sheets[template.stem])


def test_labels_and_file_names_are_never_formulas(passing: Passing) -> None:
    for path in (passing["sample"], passing["network"]):
        for sheet in openpyxl.load_workbook(path):
            texts = [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "s"]
            assert sheet.title != "Audit" or texts
    summary = openpyxl.load_workbook(passing["network"])["Summary"]
    assert [summary[cell].value for cell in ("A9", "A10", "A11")] == ["=1+1", "two forward", "two backward"]
    assert summary["A9"].data_type == "s"
    assert in_ironcalc(passing["network"])[8][0] == "=1+1"


def test_every_figure_is_a_short_plain_formula_without_a_stored_result(passing: Passing) -> None:
    for path in (passing["flat"], passing["network"]):
        book, values = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
        sheets = book.sheetnames[: book.sheetnames.index("columns")]
        cells = [cell for title in [*sheets, "spot checks"] for row in book[title].iter_rows() for cell in row]
        formulas = [str(getattr(cell.value, "text", cell.value)) for cell in cells if cell.data_type == "f"]
        layers = max(len(sheets) - 1, 1)
        assert len(formulas) >= 14 * 8 * layers
        assert all(len(formula) < (300 if "CHOOSE" not in formula else 900) for formula in formulas)
        assert not [formula for formula in formulas if "OFFSET" in formula or "INDIRECT" in formula]
        stored = {values[cell.parent.title][cell.coordinate].value for cell in cells if cell.data_type == "f"}
        assert stored <= {None, ""}
        numbers = [cell for cell in cells if cell.data_type == "n" and cell.value is not None]
        # Four on the sheet of a layer, two in each of its 24 spot checks.
        assert {cell.fill.fgColor.rgb for cell in numbers} == {"FFFFFF99"}
        assert len(numbers) == layers * (4 + 24 * 2)
        assert not book.defined_names


@pytest.mark.parametrize("name", ["sample", "header_and_index", "text_header", "transposed", "gzip"])
def test_the_value_sheets_hold_the_files_cell_for_cell(passing: Passing, name: str) -> None:
    book = openpyxl.load_workbook(passing[name])
    audit = book["Audit"]
    for row in range(11, 16):
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


def test_a_flat_kernel_is_shown_reshaped_and_says_so(passing: Passing) -> None:
    book = openpyxl.load_workbook(passing["flat"])
    kernel = next(csv.reader(["".join((SAMPLES / "quirks" / "kernel_flat_column.csv").read_text().replace("\n", ","))]))
    shown = [cell.value for row in book["tf1 kernel"].iter_rows() for cell in row]
    assert shown == pytest.approx([float(cell) for cell in kernel if cell], rel=DIGITS, abs=0)
    assert book["Audit"]["A16"].value == (
        "tf1 kernel: flat in the file (160 x 1 cells), and shown as 8 x 20 cells: B7 there is not B7 in the file"
    )


def test_links_lead_to_the_ranges_that_the_formulas_compare(passing: Passing) -> None:
    for path in (passing[name] for name in ("sample", "transposed", "bias_turned")):
        book = openpyxl.load_workbook(path)
        audit = next(sheet for sheet in book.worksheets if sheet.title != "Summary")
        rows = [row for row in range(1, audit.max_row) if audit[f"B{row}"].value in PARTS and audit[f"L{row}"].value]
        assert len(rows) == 12
        for row in rows:
            differing = getattr(audit[f"L{row}"].value, "text", audit[f"L{row}"].value)
            for column in "DE":
                link = audit[f"{column}{row}"].hyperlink
                assert link is not None
                assert link.location in differing
                assert str(link.location).endswith(f"!{audit[f'{column}{row}'].value}")


def test_a_workbook_is_the_same_byte_for_byte_on_another_day(
    passing: Passing, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    assert passing["sample"].exists()
    layer = both_sides(Cell(SUNSPOTS, SIZES), folder / "keras")
    once = write(folder / "once.xlsx", [layer])
    with zipfile.ZipFile(once) as archive:
        assert str(time.gmtime().tm_year) not in archive.read("docProps/core.xml").decode()
    # Two seconds are the resolution of times in an archive.
    time.sleep(2)
    assert write(folder / "again.xlsx", [layer]).read_bytes() == once.read_bytes()


def test_the_audit_sheet_comes_first_and_prints_on_one_landscape_page(passing: Passing) -> None:
    book = openpyxl.load_workbook(passing["sample"])
    assert book.sheetnames == ["Audit", "columns", "places", "spot checks", "tf1 kernel", "tf1 bias", *PARTS]
    setup = book["Audit"].page_setup
    # One page each way is what nothing said means.
    assert (setup.orientation, setup.fitToWidth, setup.fitToHeight) == ("landscape", None, None)
    properties = book["Audit"].sheet_properties.pageSetUpPr
    assert properties is not None
    assert properties.fitToPage


def test_one_colour_a_gate_on_every_sheet(passing: Passing) -> None:
    book = openpyxl.load_workbook(passing["sample"])
    colours: dict[object, object] = {}
    for row in range(17, 29):
        gate = book["Audit"][f"C{row}"]
        colours.setdefault(gate.value, gate.fill.fgColor.rgb)
        for column in "CDE":
            assert book["Audit"][f"{column}{row}"].fill.fgColor.rgb == colours[gate.value]
    assert len(set(colours.values())) == 4
    for title in ("tf1 kernel", "kernel"):
        shades = book[title].conditional_formatting
        found = {str(shade.sqref): shade.rules[1].dxf.fill.bgColor.rgb for shade in shades}
        assert found["K1:O3"] == colours["f" if title == "tf1 kernel" else "c"]
        assert found["F1:J3"] == colours["c" if title == "tf1 kernel" else "f"]


@pytest.mark.parametrize("name", ["sample", "header_and_index", "transposed"])
@pytest.mark.parametrize(("row", "column", "gate"), [(1, 1, "i"), (3, 10, "c"), (4, 11, "f"), (8, 20, "o")])
def test_a_spot_check_shows_the_cell_of_both_files(
    passing: Passing, tmp_path: Path, name: str, row: int, column: int, gate: str
) -> None:
    book = openpyxl.load_workbook(passing[name])
    keras_row, part = (row, "kernel") if row <= 3 else (row - 3, "recurrent_kernel")
    keras_column = {"i": 0, "f": 5, "c": 10, "o": 15}[gate] + (column - 1) % 5 + 1
    spot, there, bias, back = book["spot checks"], 3, 11, {"kernel": 15, "recurrent_kernel": 19}[part]
    for line, cells in ((there, "CD"), (bias, "CD"), (back, "IJ")):
        at = {there: (row, column), bias: (1, column), back: (keras_row, keras_column)}[line]
        spot[f"{cells[0]}{line}"].value, spot[f"{cells[1]}{line}"].value = at
    book.save(tmp_path / "typed.xlsx")
    sheet = in_ironcalc(tmp_path / "typed.xlsx", SPOT_CHECKS)
    address = f"{chr(64 + keras_column)}{keras_row}"
    for line in (there, back):
        shown = sheet[line - 1]
        assert shown[1:4] == ["tf1 kernel", str(row), str(column)]
        assert shown[6:11] == [gate, part, str(keras_row), str(keras_column), address]
        assert shown[15] == "PASS"
        assert float(shown[11]) == float(shown[12]) == pytest.approx(book["tf1 kernel"][shown[4]].value, abs=1e-12)
        assert float(shown[12]) == pytest.approx(book[part][shown[10]].value, abs=1e-12)
    shown, gained = sheet[bias - 1], int(gate == "f")
    assert (shown[6], shown[15]) == (gate, "PASS")
    assert float(shown[11]) == pytest.approx(book["tf1 bias"][shown[4]].value + gained, abs=1e-11)
    assert float(shown[12]) == pytest.approx(book["bias"][shown[10]].value, abs=1e-11)


@pytest.mark.parametrize(("row", "column"), [(9, 1), (1, 21), (0, 1), (1, 0)])
def test_a_spot_check_outside_of_the_table_does_not_pass(
    passing: Passing, tmp_path: Path, row: int, column: int
) -> None:
    book = openpyxl.load_workbook(passing["sample"])
    spot = book["spot checks"]
    spot["C3"].value, spot["D3"].value, spot["I15"].value, spot["J15"].value = row, column, row, column
    book.save(tmp_path / "typed.xlsx")
    sheet = in_ironcalc(tmp_path / "typed.xlsx", SPOT_CHECKS)
    assert [(sheet[line][15], sheet[line][11]) for line in (2, 14)] == [("FAIL", "outside")] * 2


def test_spot_checks_see_a_cell_that_was_touched_on_either_side(passing: Passing, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(passing["sample"])
    lines = judged(in_ironcalc(passing["sample"], SPOT_CHECKS))
    book["tf1 kernel"][lines[0][4]].value = 7
    book[lines[16][7]][lines[16][10]].value = None
    book.save(tmp_path / "touched.xlsx")
    found = [line[-1] for line in judged(in_ironcalc(tmp_path / "touched.xlsx", SPOT_CHECKS))]
    assert [number for number, verdict in enumerate(found) if verdict != "PASS"] == [0, 16]
    assert len(found) == 24


OFFERED = [key for key, layout in LAYOUTS.items() if layout.offered]


@some_of("key", OFFERED, few=4)
def test_a_workbook_is_between_any_two_layouts(tmp_path: Path, key: str) -> None:
    kernel, bias = write_export(tmp_path, *random_arrays(Sizes(3, 5)))
    sizes = ["--input-size", "3", "--hidden-size", "5", "-q"]
    there, back = tmp_path / "there", tmp_path / "back"
    assert main(["convert", kernel, bias, *sizes, "--to", key, "-o", str(there)]) == 0
    assert main(["convert", str(there), *sizes, "--from", key, "--to", "keras", "-o", str(back)]) == 0
    assert main(["audit", kernel, bias, str(there), *sizes, "--to", key, "-o", str(tmp_path / "there.xlsx")]) == 0
    way = ["--from", key, "--to", "keras", "-o", str(tmp_path / "back.xlsx")]
    assert main(["audit", str(there), str(back), *sizes, *way]) == 0
    for name in ("there", "back"):
        path = tmp_path / f"{name}.xlsx"
        assert set(verdicts(in_ironcalc(path)).values()) == {"PASS"}
        lines = judged(in_ironcalc(path, SPOT_CHECKS))
        assert {line[-1] for line in lines} == {"PASS"}
        touch_the_last_sheet(path)
        assert in_ironcalc(path)[1][1] == "FAIL"


def touch_the_last_sheet(path: Path) -> None:
    """Change the last number of the last file, which is of the converted set."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[-1]
    cell = sheet.cell(sheet.max_row, sheet.max_column)
    cell.value = float(str(cell.value)) + 1
    book.save(path)


def random_arrays(sizes: Sizes) -> list[NDArray[np.float32]]:
    draw = np.random.default_rng(sizes.rows)
    return [draw.standard_normal(shape).astype("f4") for shape in ((sizes.rows, sizes.columns), sizes.columns)]
