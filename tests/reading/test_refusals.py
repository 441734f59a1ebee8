"""What is said of what is no weight."""

import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvlstm.commands.arguments import as_option
from csvlstm.errors import Place
from csvlstm.reading.floats import parse
from csvlstm.reading.refusals import is_weight, refusal
from csvlstm.reading.scanning import separators
from tests import children
from tests.parsers import each_parser, parsing_by
from tests.seeds import examples

WEIGHT = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")

seeded = examples(200)


def is_a_finite_decimal_number(cell: str) -> bool:
    return WEIGHT.fullmatch(cell) is not None and abs(float(cell)) < float("inf")


numbers = st.from_regex(WEIGHT, fullmatch=True)
near_numbers = st.text("0123456789+-.eE", max_size=12)


@seeded
@given(cell=near_numbers | numbers | st.text(max_size=6))
def test_a_weight_is_a_finite_decimal_number_in_ascii(cell: str) -> None:
    assert is_weight(cell.encode()) == is_a_finite_decimal_number(cell)


def in_file(row: int, column: int) -> Place:
    return Place("k.csv", row + 1, column + 1)


def is_refused(text: bytes, cells_per_line: int, parser: str) -> bool:
    with parsing_by(parser):
        return separators(text, cells_per_line, 1) is None or parse(text, 2 * cells_per_line) is None


NOT_FINITE = "; expected a number such as -0.5; did the training diverge?"
NO_WEIGHT = "; expected a number such as -0.5; was the training stopped by a NaN?"
NOT_A_NUMBER = "; expected a number such as -0.5; export the weights again, as plain decimal numbers"
SEVERAL = "; expected a number such as -0.5; --delimiter says what separates the cells"
QUOTED = "; expected a number such as -0.5; save the file again without quotes"

MINUS = "; expected a number such as -0.5; write -"
SPREADSHEET = "; expected a number such as -0.5; export the weights again, and let no spreadsheet open them"
FORTRAN = "; expected a number such as -0.5; write E in place of its letter"
COMPLEX = "; expected a number such as -0.5; export the weights as float32"
PRINTED = "; expected a number such as -0.5; export the weights with np.savetxt(file, weights, delimiter=',')"
LETTER = "; expected a number such as -0.5; leave the letter out"
REFUSED_CELLS = {
    "": "the cell is blank; expected a number such as -0.5; export the weights again",
    " ": "the cell is blank; expected a number such as -0.5; export the weights again",
    "nan": "'nan' is no weight" + NO_WEIGHT,
    "-NaN": "'-NaN' is no weight" + NO_WEIGHT,
    "NA": "'NA' is no weight" + NO_WEIGHT,
    "N/A": "'N/A' is no weight" + NO_WEIGHT,
    "None": "'None' is no weight" + NO_WEIGHT,
    "NULL": "'NULL' is no weight" + NO_WEIGHT,
    "inf": "'inf' is no finite weight" + NOT_FINITE,
    "-Infinity": "'-Infinity' is no finite weight" + NOT_FINITE,
    "1e999": "'1e999' is too large for a float64; expected a number such as -0.5; export the weights again",
    "-1.8e308": "'-1.8e308' is too large for a float64; expected a number such as -0.5; export the weights again",
    '"0.5"': "'\"0.5\"' is quoted" + QUOTED,
    "'0.5'": "\"'0.5'\" is quoted" + QUOTED,
    "1_000": "'1_000' is not a number" + NOT_A_NUMBER,
    "١٢": "'١٢' is not a number" + NOT_A_NUMBER,
    "\uff11\uff12": "'\uff11\uff12' is not a number" + NOT_A_NUMBER,
    "\u22120.5": "'\u22120.5' begins with what only looks like a minus" + MINUS,
    "\u20131e-5": "'\u20131e-5' begins with what only looks like a minus" + MINUS,
    "#####": "'#####' is what a spreadsheet shows where its column is too narrow" + SPREADSHEET,
    "#NAME?": "'#NAME?' is the error value of a spreadsheet" + SPREADSHEET,
    "#DIV/0!": "'#DIV/0!' is the error value of a spreadsheet" + SPREADSHEET,
    "#N/A": "'#N/A' is the error value of a spreadsheet" + SPREADSHEET,
    "Err:502": "'Err:502' is the error value of a spreadsheet" + SPREADSHEET,
    "1.0D-3": "'1.0D-3' has the exponent of Fortran" + FORTRAN,
    "-.5d+02": "'-.5d+02' has the exponent of Fortran" + FORTRAN,
    "1.2.3": "'1.2.3' is not a number" + NOT_A_NUMBER,
    "unit-12": "'unit-12' is not a number" + NOT_A_NUMBER,
    **{
        date: f"'{date}' is a date, which a spreadsheet made of a number" + SPREADSHEET
        for date in (
            "1-May",
            "01. Mai",
            "May-24",
            "2024-05-01",
            "2024-05-01 00:00:00",
            "01.05.2024",
            "01/05",
            "5. M\u00e4rz",
        )
    },
    "0x10": "'0x10' is not a number" + NOT_A_NUMBER,
    "True": "'True' is not a number" + NOT_A_NUMBER,
    "1e": "'1e' is not a number" + NOT_A_NUMBER,
    "e5": "'e5' is not a number" + NOT_A_NUMBER,
    ".": "'.' is not a number" + NOT_A_NUMBER,
    "-": "'-' is not a number" + NOT_A_NUMBER,
    "--5": "'--5' is not a number" + NOT_A_NUMBER,
    "5-": "'5-' is not a number" + NOT_A_NUMBER,
    "1 2": "'1 2' is not a number" + NOT_A_NUMBER,
    "(0.5+0j)": "'(0.5+0j)' is a complex number" + COMPLEX,
    "-1.5e-05-2e3j": "'-1.5e-05-2e3j' is a complex number" + COMPLEX,
    "(0.5)": "'(0.5)' is not a number" + NOT_A_NUMBER,
    "1;2": "'1;2' is more than one number" + SEVERAL,
    "-0.5|2e-3|1": "'-0.5|2e-3|1' is more than one number" + SEVERAL,
    "[0.5": "'[0.5' has a bracket of a printed array" + PRINTED,
    "0.5]]": "'0.5]]' has a bracket of a printed array" + PRINTED,
    "{0.5": "'{0.5' has a brace, as C source and JSON have" + PRINTED,
    "#define K {{0.5": "'#define K {{0.5' has a brace, as C source and JSON have" + PRINTED,
    "0.5f": "'0.5f' has the letter of a type of C" + LETTER,
    "-1.5e-05F": "'-1.5e-05F' has the letter of a type of C" + LETTER,
    "np.float32(-0.5)": "'np.float32(-0.5)' is a number as Python shows it" + PRINTED,
    "tensor(1.5e-05)": "'tensor(1.5e-05)' is a number as Python shows it" + PRINTED,
    "...": "'...' stands where numpy left out cells when it printed the array" + PRINTED,
    "5%": "'5%' is not a number" + NOT_A_NUMBER,
    "a\0b": "'a\\x00b' is not a number" + NOT_A_NUMBER,
    "\x1b[2J": "'\\x1b[2J' is not a number" + NOT_A_NUMBER,
}

each_refused_cell = pytest.mark.parametrize(
    ("cell", "sentence"), REFUSED_CELLS.items(), ids=[ascii(cell)[1:-1] or "blank" for cell in REFUSED_CELLS]
)


@each_parser
@each_refused_cell
def test_what_is_no_weight_is_refused_by_every_parser(parser: str, cell: str, sentence: str) -> None:
    assert is_refused(f"1,2,3\n4,{cell},6\n".encode(), 3, parser)


@each_refused_cell
def test_a_refused_cell_is_named_with_line_column_and_address(cell: str, sentence: str) -> None:
    text = f"1,2,3\n4,{cell},6\n".encode()
    assert refusal(text, 3, in_file).said(as_option) == f"k.csv: line 2, column 2 (B2): {sentence}"


def test_a_cell_that_is_no_utf_8_is_shown_all_the_same() -> None:
    sentence = "k.csv: line 1, column 1 (A1): '\N{REPLACEMENT CHARACTER}' is not a number" + NOT_A_NUMBER
    assert str(refusal(b"\xfc,2\n", 2, in_file)) == sentence


@pytest.mark.parametrize(
    ("cell", "shown"), [("x" * 40, "x" * 40), ("x" * 41, "x" * 37 + "...")], ids=["40", "41 characters"]
)
def test_only_the_beginning_of_a_long_cell_is_shown(cell: str, shown: str) -> None:
    assert refusal(f"{cell},2\n".encode(), 2, in_file).found == f"'{shown}' is not a number"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (b"x,2,3\n4,5,6\n7,8,9\n", ("k.csv", 1, 1)),
        (b"1,2,3\n4,5,6\n7,8,x\n", ("k.csv", 3, 3)),
        (b"1,2,3\n4,x,y\nz,8,9\n", ("k.csv", 2, 2)),
        (b"1,2,3\n4,x,6\n7,8\n", ("k.csv", 2, 2)),
        (b"1,2,3\n4,5\nx,8,9\n", ("k.csv", 2, 3)),
    ],
    ids=["first", "last", "of several", "above a short row", "below a short row"],
)
def test_the_first_fault_of_the_file_is_named(text: bytes, place: tuple[str, int, int]) -> None:
    assert refusal(text, 3, in_file).place == place


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"1,2\n3,4,5\n", "line 1, column 3 (C1): the row ends after 2 of 3 cells"),
        (b"1,2,3\n4\n", "line 2, column 2 (B2): the row ends after 1 of 3 cells"),
        (b"1,2,3\n\n4,5,6\n", "line 2, column 1 (A2): the line is blank"),
        (b"1,2,3\n4,5,6,7\n", "line 2, column 4 (D2): the row has 4 cells"),
        (b"1,2,3\n4,5,6,7,8,9\n", "line 2, column 4 (D2): the row has 6 cells"),
    ],
    ids=["short", "one cell", "blank line", "one too many", "twice as long"],
)
def test_a_ragged_row_is_named_with_its_first_cell_missing_or_too_many(text: bytes, sentence: str) -> None:
    expected = f"k.csv: {sentence}; expected 3 cells in each row; is it a CSV file, and whole?"
    assert str(refusal(text, 3, in_file)) == expected


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (b"0.1,0.2,...,0.3\n...\n", (1, 3)),
        (b"0.1,0.2,0.3,0.4\n...\n", (2, 1)),
        (b"0.1,0.2\n[0.3,0.4,0.5,0.6\n", (1, 3)),
    ],
    ids=["in a row", "in place of rows", "after a short row"],
)
def test_a_printed_array_is_named_rather_than_its_ragged_rows(text: bytes, place: tuple[int, int]) -> None:
    refused = refusal(text, 4, in_file).place
    assert refused == ("k.csv", *place)


def test_a_refusal_asks_the_form_where_the_cell_stands() -> None:
    transposed = refusal(b"1,2,3\n4,x,6\n", 3, lambda row, column: Place("t.csv", 10 + column, 20 + row))
    assert transposed.place == ("t.csv", 11, 21)


REFUSE_A_LONG_LINE = """
from csvlstm.errors import Place
from csvlstm.reading.refusals import refusal
line = b",".join([300 * b"1"] * 4095 + [300 * b"2" + b"x"]) + b"\\n"
print(refusal(line, 4096, lambda row, column: Place("k.csv", row + 1, column + 1)).place)
"""


def test_a_line_of_4096_long_numbers_is_refused_at_once() -> None:
    # In a process of its own, because a pattern that backtracks would not end.
    command = [sys.executable, "-c", REFUSE_A_LONG_LINE]
    run = children.run(command, check=True, timeout=20)
    assert run.stdout == b"k.csv: line 1, column 4096 (FAN1)\n"
