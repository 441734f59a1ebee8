"""What a refusal says: spreadsheet addresses, places, and one sentence in a fixed order."""

from itertools import islice, product
from string import ascii_uppercase

import pytest

from csvlstm.errors import CsvLstmError, Place, a1

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


def test_a_refusal_can_be_caught_as_a_value_error() -> None:
    with pytest.raises(ValueError, match=r"^k\.csv: is empty$"):
        raise CsvLstmError("is empty", Place("k.csv"))
