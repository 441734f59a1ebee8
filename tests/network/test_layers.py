"""layers.csv: what a spreadsheet user may write there, and that each mistake is said with its row and column."""

from pathlib import Path

import pytest

from csvlstm.commands.arguments import as_option
from csvlstm.errors import CsvLstmError
from csvlstm.layouts.gates import Sizes
from csvlstm.network.declaring import Declaration
from csvlstm.network.layers import read_layers
from csvlstm.network.topology import Cell

HEAD = "layer,kernel,bias,input_size,hidden_size"
WITH_DIRECTION = f"{HEAD},direction"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with two files that exist; what is in them is not asked here."""
    monkeypatch.chdir(tmp_path)
    for name in ("k.csv", "b.csv"):
        Path(name).write_text("0\n")
    return tmp_path


def write(text: str, name: str = "layers.csv") -> str:
    Path(name).write_bytes(text.encode())
    return name


def row(layer: str, input_size: object, hidden_size: object, *more: object) -> str:
    return ",".join(map(str, (layer, "k.csv", "b.csv", input_size, hidden_size, *more)))


def table(*rows: str, head: str = HEAD) -> str:
    return write("\n".join((head, *rows)) + "\n")


def sizes(path: str) -> list[list[tuple[str, Sizes, str]]]:
    return [[(cell.layer, cell.sizes, cell.direction) for cell in layer] for layer in read_layers(path).layers]


def test_a_stack_is_one_layer_a_row() -> None:
    assert sizes(table(row("a", 3, 5), row("b", 5, 4))) == [[("a", Sizes(3, 5), "")], [("b", Sizes(5, 4), "")]]


def test_the_backward_row_may_come_first_and_the_next_layer_gets_both_outputs() -> None:
    rows = row("a", 3, 5, "backward"), row("a", 3, 5, "forward"), row("b", 10, 4, "")
    assert sizes(table(*rows, head=WITH_DIRECTION)) == [
        [("a", Sizes(3, 5), "forward"), ("a", Sizes(3, 5), "backward")],
        [("b", Sizes(10, 4), "")],
    ]


def test_both_directions_may_have_sizes_of_their_own() -> None:
    rows = row("a", 3, 5, "forward"), row("a", 3, 2, "backward"), row("b", 7, 4, "")
    assert len(sizes(table(*rows, head=WITH_DIRECTION))) == 2


def test_a_cell_knows_its_files_and_where_it_was_declared() -> None:
    Path("deep").mkdir()
    Path("deep/k.csv").write_text("0\n")
    Path("deep/b.csv").write_text("0\n")
    path = write(f"{HEAD}\n{row('a', 3, 5)}\n", "deep/layers.csv")
    assert read_layers(path, Declaration(forget_bias=2.5)).cells == [
        Cell(
            ("deep/k.csv", "deep/b.csv"),
            Sizes(3, 5),
            2.5,
            "a",
            sources=("k.csv", "b.csv"),
            declared="deep/layers.csv: line 2",
        )
    ]


def test_a_row_without_a_forget_bias_gets_the_one_of_the_command() -> None:
    rows = row("a", 3, 5, "0"), row("b", 5, 4, ""), row("c", 4, 2, "-0.5")
    network = read_layers(table(*rows, head=f"{HEAD},forget_bias"), Declaration(forget_bias=1.5))
    assert [cell.forget_bias for cell in network.cells] == [0.0, 1.5, -0.5]
    assert network.forget_bias is None


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff{0}\r\n{1}\r\n",
        "{0}\n\n{1}\n,,,,\n\n",
        '"layer","kernel","bias","input_size","hidden_size"\n"a","k.csv","b.csv","3","5"',
        " Layer , KERNEL,bias,input_size,hidden_size\n a , k.csv ,b.csv, 3 , 5 \n",
        "hidden_size,input_size,bias,kernel,layer\n5,3,b.csv,k.csv,a\n",
        "{0},\n{1},\n",
        "\n\n{0}\n{1}\n",
        "sep=,\r\n{0}\r\n{1}\r\n",
    ],
    ids=[
        "spreadsheet",
        "blank rows",
        "quotes",
        "blanks and capitals",
        "other order",
        "column without a name",
        "blank rows first",
        "Excel's first line",
    ],
)
def test_what_a_spreadsheet_makes_of_it_is_read(text: str) -> None:
    assert sizes(write(text.format(HEAD, row("a", 3, 5)))) == [[("a", Sizes(3, 5), "")]]


def test_a_semicolon_table_may_have_decimal_commas() -> None:
    path = write("layer;kernel;bias;input_size;hidden_size;forget_bias\na;k.csv;b.csv;3;5;2,5\n")
    assert read_layers(path).cells[0].forget_bias == 2.5


def test_utf16_with_tabs_is_read() -> None:
    Path("layers.csv").write_bytes(f"{HEAD}\n{row('ä', 3, 5)}\n".replace(",", "\t").encode("utf-16"))
    assert sizes("layers.csv") == [[("ä", Sizes(3, 5), "")]]


def refused(text: str, **how: bool) -> str:
    with pytest.raises(CsvLstmError) as error:
        read_layers(write(text), chained=how.get("chained", True))
    return error.value.said(as_option)


REFUSED = {
    "unknown column": (f"{HEAD},units\n{row('a', 3, 5)},5\n", "line 1, column 6 (F1): 'units' is no column"),
    "column twice": (f"{HEAD},layer\n", "line 1, column 6 (F1): a second column 'layer'"),
    "missing column": ("layer,kernel,bias,input_size\n", "line 1: has no column hidden_size; expected a first row"),
    "no rows": (f"{HEAD}\n", "layers.csv: has no rows; expected a row of layer, kernel"),
    "empty": ("", "line 1: has no column layer, kernel, bias, input_size, hidden_size"),
    "cell beyond the columns": (f"{HEAD}\n{row('a', 3, 5)},9\n", "line 2, column 6 (F2): '9' stands under no column"),
    "quote in the middle": (f'{HEAD}\na,"k".csv,b.csv,3,5\n', "line 2: is no CSV table"),
    "no name": (f"{HEAD}\n{row('', 3, 5)}\n", "line 2, column 1 (A2): the layer has no name"),
    "slash": (f"{HEAD}\n{row('a/b', 3, 5)}\n", "(A2): 'a/b' cannot be the name of a folder"),
    "dots": (f"{HEAD}\n{row('..', 3, 5)}\n", "(A2): '..' cannot be the name of a folder"),
    "dot at its end": (f"{HEAD}\n{row('a.', 3, 5)}\n", "(A2): 'a.' cannot be the name of a folder"),
    "formula": (f"{HEAD}\n{row('=1+1', 3, 5)}\n", "(A2): '=1+1' begins with =, which spreadsheets take for a formula"),
    "the manifest's name": (f"{HEAD}\n{row('Weights.csv', 3, 5)}\n", "(A2): 'Weights.csv' is the name of the list"),
    "too long": (f"{HEAD}\n{row('x' * 256, 3, 5)}\n", "(A2): 'xxxxx"),
    "device": (f"{HEAD}\n{row('nul.txt', 3, 5)}\n", "(A2): 'nul.txt' is a device on Windows, and no folder"),
    "size of thousands of digits": (f"{HEAD}\n{row('a', '9' * 5000, 5)}\n", "line 2, column 4 (D2): '99999"),
    "number with an underscore": (f"{HEAD},forget_bias\n{row('a', 3, 5, '1_5')}\n", "(F2): '1_5' is no forget bias"),
    "twice": (f"{HEAD}\n{row('a', 3, 5)}\n{row('a', 5, 5)}\n", "line 3, column 1 (A3): layer 'a' is in line 2 already"),
    "equal but for case": (
        f"{HEAD}\n{row('Enc', 3, 5)}\n{row('enc', 5, 4)}\n",
        "line 3, column 1 (A3): 'enc' and 'Enc' of line 2 would be one folder on some systems",
    ),
    "rows apart": (
        f"{HEAD}\n{row('a', 3, 5)}\n{row('b', 5, 4)}\n{row('a', 4, 5)}\n",
        "line 4, column 1 (A4): 'a' is the name of a layer in line 2",
    ),
    "direction": (f"{WITH_DIRECTION}\n{row('a', 3, 5, 'fw')}\n", "line 2, column 6 (F2): 'fw' is no direction"),
    "backward alone": (
        f"{WITH_DIRECTION}\n{row('a', 3, 5, 'backward')}\n",
        "line 2, column 6 (F2): layer 'a' has a backward cell alone; expected a row with its forward cell too",
    ),
    "forward twice": (
        f"{WITH_DIRECTION}\n{row('a', 3, 5, 'forward')}\n{row('a', 3, 5, 'forward')}\n",
        "line 3, column 1 (A3): layer 'a' is in line 2 already",
    ),
    "directions of different inputs": (
        f"{WITH_DIRECTION}\n{row('a', 3, 5, 'forward')}\n{row('a', 4, 5, 'backward')}\n",
        "line 3, column 4 (D3): input_size 4 is not that of line 2; expected 3",
    ),
    "size in words": (f"{HEAD}\n{row('a', 'three', 5)}\n", "line 2, column 4 (D2): 'three' is no input size"),
    "size of 0": (f"{HEAD}\n{row('a', 3, 0)}\n", "line 2, column 5 (E2): '0' is no hidden size"),
    "size too large": (
        f"{HEAD}\n{row('a', 2**31, 5)}\n",
        "is no input size; expected a whole number from 1 to 2147483647",
    ),
    "size with a point": (f"{HEAD}\n{row('a', '3.5', 5)}\n", "line 2, column 4 (D2): '3.5' is no input size"),
    "blank size": (f"{HEAD}\n{row('a', '', 5)}\n", "line 2, column 4 (D2): '' is no input size"),
    "forget bias": (f"{HEAD},forget_bias\n{row('a', 3, 5, 'nan')}\n", "line 2, column 6 (F2): 'nan' is no forget bias"),
    "no file": (f"{HEAD}\na,,b.csv,3,5\n", "line 2, column 2 (B2): the kernel has no file"),
    "standard input": (f"{HEAD}\na,k.csv,-,3,5\n", "line 2, column 3 (C2): the bias is -, standard input"),
    "missing file": (f"{HEAD}\na,k.csv,no.csv,3,5\n", "line 2, column 3 (C2): there is no file 'no.csv'"),
    "folder for a file": (f"{HEAD}\na,.,b.csv,3,5\n", "line 2, column 2 (B2): '.' is a folder"),
    "broken chain": (
        f"{HEAD}\n{row('a', 3, 5)}\n\n{row('b', 6, 4)}\n",
        "line 4, column 4 (D4): input_size 6 of layer 'b' does not continue layer 'a' (line 2), which has hidden_size "
        "5; expected 5; order the rows from the input up; --independent says that they are separate cells",
    ),
    "broken chain after two directions": (
        f"{WITH_DIRECTION}\n{row('a', 3, 5, 'forward')}\n{row('a', 3, 2, 'backward')}\n{row('b', 5, 4, '')}\n",
        "line 4, column 4 (D4): input_size 5 of layer 'b' does not continue layer 'a' (lines 2 and 3), which has "
        "hidden sizes 5 + 2 = 7; expected 7",
    ),
}


@pytest.mark.parametrize("mistake", REFUSED)
def test_a_mistake_is_said_with_its_row_and_column(mistake: str) -> None:
    text, message = REFUSED[mistake]
    assert message in refused(text)


def test_independent_rows_need_no_chain() -> None:
    path = table(row("a", 3, 5), row("b", 6, 4))
    network = read_layers(path, chained=False)
    assert [cell.sizes for cell in network.cells] == [Sizes(3, 5), Sizes(6, 4)]
    assert not network.chained


def test_a_forward_cell_alone_is_a_layer_of_one_direction() -> None:
    path = table(row("a", 3, 5, "forward"), row("b", 5, 4, "forward"), head=WITH_DIRECTION)
    assert sizes(path) == [[("a", Sizes(3, 5), "")], [("b", Sizes(5, 4), "")]]


def test_names_that_unicode_takes_for_the_same_are_refused() -> None:
    rows = row("caf\u00e9", 3, 5), row("CAFE\u0301", 5, 4)
    assert "would be one folder on some systems" in refused("\n".join((HEAD, *rows)))


@pytest.mark.parametrize("names", [["", "Unnamed: 0"], ["index"], ["", None]], ids=["", "named", "no corner"])
@pytest.mark.parametrize("start", [0, 1])
def test_an_index_column_is_no_column_of_the_table(names: list[str | None], start: int) -> None:
    for name in names:
        head = HEAD if name is None else f"{name},{HEAD}"
        rows = [f"{start},{row('a', 3, 5)}", f"{start + 1},{row('b', 5, 4)}"]
        assert [cell.sizes for cell in read_layers(table(*rows, head=head)).cells] == [Sizes(3, 5), Sizes(5, 4)]


def test_cells_that_do_not_count_need_a_name_above_them() -> None:
    assert "(A3): '3' stands under no column name" in refused(f",{HEAD}\n,{row('a', 3, 5)}\n3,{row('b', 5, 4)}\n")


@pytest.mark.parametrize("above", ["# the network\n", "# one\n# two, three\n\n"])
@pytest.mark.parametrize("name", ["note", "Notes", "comment", "REMARKS"])
def test_notes_and_comments_are_read_by_nobody(name: str, above: str) -> None:
    path = write(f"{above}{HEAD},{name}\n{row('a', 3, 5, 'of run 7')}\n{row('b', 5, 4)}\n")
    assert [cell.sizes for cell in read_layers(path).cells] == [Sizes(3, 5), Sizes(5, 4)]


@pytest.mark.parametrize("size", ["3.0", "3.00", '"3,0"'])
def test_a_whole_number_may_have_decimals_that_are_zero(size: str) -> None:
    assert read_layers(table(row("a", size, "5.0"))).cells[0].sizes == Sizes(3, 5)


@pytest.mark.parametrize("size", ["3.5", ".0", "0.0", "3.0.0", "1e1"])
def test_any_other_decimals_are_no_size(size: str) -> None:
    assert f"'{size}' is no input size" in refused(f"{HEAD}\n{row('a', size, 5)}\n")


def test_backslashes_are_explained() -> None:
    found = refused(f"{HEAD}\na,sub\\k.csv,b.csv,3,5\n")
    assert r"there is no file 'sub\\k.csv'; expected the CSV of the kernel; folders are " in found
    assert found.endswith("separated by / on every system: sub/k.csv")


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "big5", "shift-jis", "cp1252"])
def test_names_in_another_encoding_are_refused_where_they_stand_and_notes_in_it_are_not(encoding: str) -> None:
    name = "Gr\u00f6\u00dfe" if encoding == "cp1252" else "\u5c64"
    Path("layers.csv").write_bytes(f"{HEAD},note\n{row('a', 3, 5, name)}\n{row(name, 5, 4)}\n".encode(encoding))
    with pytest.raises(CsvLstmError, match=r"\(A3\): the layer is not in UTF-8; names in GBK, GB18030"):
        read_layers("layers.csv")


def test_a_table_that_is_no_text_is_refused() -> None:
    Path("layers.csv").write_bytes(b"layer\xff")
    with pytest.raises(CsvLstmError, match=r"line 1, column 1 \(A1\): is not UTF-8 text; names in GBK, .* 'CSV UTF"):
        read_layers("layers.csv")
    Path("layers.csv").write_bytes(HEAD.encode("utf-16-le"))
    with pytest.raises(CsvLstmError, match="is UTF-16 without a byte order mark, or no text"):
        read_layers("layers.csv")
