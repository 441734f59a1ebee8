"""What a refusal says: spreadsheet addresses, places, and one sentence in a fixed order."""

import ast
import re
from itertools import islice, product
from pathlib import Path
from string import ascii_uppercase

import pytest

from csvlstm.commands.arguments import as_option
from csvlstm.errors import CsvLstmError, Place, a1, argument

SPREADSHEET_COLUMNS = 16384


def column_names() -> list[str]:
    """Name the columns as a spreadsheet does: A to Z, AA to ZZ, AAA to XFD."""
    names = ("".join(letters) for length in (1, 2, 3) for letters in product(ascii_uppercase, repeat=length))
    return list(islice(names, SPREADSHEET_COLUMNS))


def test_every_column_of_a_spreadsheet_has_its_letters() -> None:
    assert [a1(7, column) for column in range(1, SPREADSHEET_COLUMNS + 1)] == [f"{name}7" for name in column_names()]


@pytest.mark.parametrize(
    ("line", "column", "address"),
    [(1, 1, "A1"), (7, 3, "C7"), (2, 26, "Z2"), (2, 27, "AA2"), (9, 702, "ZZ9"), (9, 703, "AAA9"), (1, 16384, "XFD1")],
)
def test_an_address_is_that_of_the_spreadsheet(line: int, column: int, address: str) -> None:
    assert a1(line, column) == address


def test_lines_beyond_the_spreadsheet_have_an_address_too() -> None:
    assert a1(8_388_608, 16_385) == "XFE8388608"


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (Place("k.csv"), "k.csv"),
        (Place("k.csv", 7), "k.csv: line 7"),
        (Place("k.csv", 7, 3), "k.csv: line 7, column 3 (C7)"),
        (Place("in put/k.csv", 1, 28), "in put/k.csv: line 1, column 28 (AB1)"),
    ],
    ids=["file", "line", "cell", "folder"],
)
def test_a_place_says_as_much_as_it_knows(place: Place, text: str) -> None:
    assert str(place) == text


@pytest.mark.parametrize(
    ("place", "address"),
    [(Place("k.csv"), ""), (Place("k.csv", 7), ""), (Place("k.csv", 7, 3), "C7")],
    ids=["file", "line", "cell"],
)
def test_only_a_cell_has_an_address(place: Place, address: str) -> None:
    assert place.address == address


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (CsvLstmError("is empty"), "is empty"),
        (CsvLstmError("is empty", Place("k.csv")), "k.csv: is empty"),
        (CsvLstmError("is empty", expected="weights"), "is empty; expected weights"),
        (CsvLstmError("is empty", advice="export again"), "is empty; export again"),
        (
            CsvLstmError("'x' is no weight", Place("k.csv", 7, 3), expected="a number", advice="export again"),
            "k.csv: line 7, column 3 (C7): 'x' is no weight; expected a number; export again",
        ),
    ],
    ids=["found", "place", "expected", "advice", "all"],
)
def test_a_refusal_says_where_what_was_found_what_was_expected_and_what_to_do(
    error: CsvLstmError, sentence: str
) -> None:
    assert str(error) == sentence


def test_a_refusal_keeps_its_parts_for_programs() -> None:
    error = CsvLstmError("'x' is no weight", Place("k.csv", 7, 3), expected="a number", advice="export again")
    assert (error.found, error.expected, error.advice) == ("'x' is no weight", "a number", "export again")
    assert error.place == ("k.csv", 7, 3)


def test_a_message_speaks_of_arguments_as_python_does_of_columns_in_a_table_and_of_options_on_the_command_line() -> (
    None
):
    said = argument(input_size=3, hidden_size=5)
    error = CsvLstmError(f"8 x 20 cells do not fit {said}", Place("hidden_size=5/k.csv"), advice=argument(header=False))
    assert str(error) == "hidden_size=5/k.csv: 8 x 20 cells do not fit input_size=3 hidden_size=5; header=False"
    on_the_line = "hidden_size=5/k.csv: 8 x 20 cells do not fit --input-size 3 --hidden-size 5; --no-header"
    assert error.said(as_option) == on_the_line
    row = error.in_row("layers.csv: line 2")
    assert row.found == "8 x 20 cells do not fit input_size 3 hidden_size 5"
    assert str(row) == f"hidden_size=5/k.csv: {row.found}; header=False; see layers.csv: line 2"
    assert row.said(as_option) == f"hidden_size=5/k.csv: {row.found}; --no-header; see layers.csv: line 2"


def test_an_argument_whose_option_has_another_name_or_no_value_becomes_that_option() -> None:
    named = argument(output=..., chained=False, max_bytes=..., decimal="comma", transposed=True)
    assert CsvLstmError(named).said(as_option) == "-o --independent --max-bytes --decimal comma --transposed"
    assert str(CsvLstmError(named)) == "output=... chained=False max_bytes=... decimal='comma' transposed=True"


# A colon makes it a variable of a style sheet.
OPTION = re.compile(r"(?<!\S)(--[a-z-]+(?![a-z:-])|-o\b)")
PACKAGE = Path(__file__).parent.parent / "csvlstm"


def texts_in(node: ast.AST) -> list[str]:
    parts = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
    return [text for text in parts if isinstance(text, str)]


def test_no_text_of_the_library_names_an_option_of_the_command_line() -> None:
    library = [path for path in PACKAGE.rglob("*.py") if path.parent.name != "commands"]
    texts = [(path.name, text) for path in library for text in texts_in(ast.parse(path.read_text()))]
    assert len(texts) > 1000
    assert [(name, text) for name, text in texts if OPTION.search(text)] == []


def refusals_in(tree: ast.AST) -> list[ast.AST]:
    """List the calls of CsvLstmError, and what gives a name to something that is said in one."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "CsvLstmError"]
    said = {ast.unparse(name) for call in calls for name in ast.walk(call) if isinstance(name, ast.Name)}
    given = [
        node for node in ast.walk(tree) if isinstance(node, ast.Assign) and said & {*map(ast.unparse, node.targets)}
    ]
    return [*calls, *given]


def test_the_work_of_a_command_refuses_in_the_words_of_both_python_and_the_command_line() -> None:
    edge = ("cli", "arguments", "spelling")
    work = [path for path in (PACKAGE / "commands").glob("*.py") if not path.stem.endswith(edge)]
    said = [
        (path.name, text)
        for path in work
        for node in refusals_in(ast.parse(path.read_text()))
        for text in texts_in(node)
    ]
    assert len(said) > 50
    assert [(name, text) for name, text in said if OPTION.search(text)] == []


def test_a_refusal_can_be_caught_as_a_value_error() -> None:
    with pytest.raises(ValueError, match=r"^k\.csv: is empty$"):
        raise CsvLstmError("is empty", Place("k.csv"))
