"""Every accepted dialect becomes the same canonical text; what is no such text is refused with what to do."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csvlstm.dialect import canonical
from csvlstm.errors import CsvLstmError

PLAIN = b"0.5,-1e-3,2.25\n-4,5.125,+6\n"


def canonical_text(data: bytes) -> bytes:
    return canonical(data, "k.csv").text


def refusal(data: bytes) -> str:
    with pytest.raises(CsvLstmError) as caught:
        canonical(data, "k.csv")
    return str(caught.value)


@pytest.mark.parametrize(
    ("data", "recognised"),
    [
        (PLAIN, []),
        (PLAIN.replace(b",", b";"), ["semicolon as delimiter"]),
        (PLAIN.replace(b",", b"\t"), ["tab as delimiter"]),
        (PLAIN.replace(b",", b" "), ["blanks as delimiter"]),
        (b"0.5   -1e-3  2.25\n -4   5.125    +6\n", ["blanks as delimiter"]),
        (b"   0.5 -1e-3 2.25\n    -4 5.125   +6\n", ["blanks as delimiter"]),
        (b"0.5 -1e-3 2.25 \n-4 5.125 +6 \n", ["blanks as delimiter"]),
        (b"0.5 -1e-3 2.25\n-4  5.125 +6", ["blanks as delimiter"]),
        (b"0.5, -1e-3, 2.25\n-4, 5.125, +6\n", []),
        (b" 0.5 ,-1e-3  ,   2.25  \n  -4,5.125,+6   \n", []),
        (b" 0.5 ; -1e-3;2.25\n-4;5.125; +6\n", ["semicolon as delimiter"]),
        (b" 0.5 \t -1e-3\t2.25\n-4\t5.125\t +6\n", ["tab as delimiter"]),
        (PLAIN.replace(b"\n", b"\r\n"), []),
        (PLAIN.replace(b"\n", b"\r"), []),
        (b"0.5,-1e-3,2.25\r\n-4,5.125,+6\n", []),
        (b"\xef\xbb\xbf" + PLAIN, ["byte order mark"]),
        (b"\xef\xbb\xbf" + PLAIN.replace(b",", b";"), ["byte order mark", "semicolon as delimiter"]),
        (PLAIN[:-1], []),
        (PLAIN + b"\n\n\n", []),
        (PLAIN.replace(b"\n", b"\r\n") + b"\r\n\r\n", []),
        (PLAIN.replace(b"\n", b"\r")[:-1], []),
    ],
    ids=[
        "comma",
        "semicolon",
        "tab",
        "blank",
        "aligned blanks",
        "right-aligned blanks",
        "blanks at the line ends",
        "aligned blanks without final newline",
        "blanks behind commas",
        "blanks around cells",
        "blanks around semicolons",
        "blanks around tabs",
        "CRLF",
        "CR",
        "mixed line ends",
        "BOM",
        "BOM and semicolon",
        "no final newline",
        "several final newlines",
        "several final CRLF",
        "CR without final one",
    ],
)
def test_every_dialect_becomes_the_same_text(data: bytes, recognised: list[str]) -> None:
    assert canonical(data, "k.csv") == (PLAIN, recognised)


cells = st.from_regex(r"[+-]?[0-9]{1,4}(\.[0-9]{1,4})?(e-?[0-9]{1,2})?", fullmatch=True)
tables = st.integers(2, 5).flatmap(lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1))


@settings(derandomize=True, deadline=None)
@given(
    rows=tables,
    delimiter=st.sampled_from([",", ";", "\t", " "]),
    before=st.sampled_from(["", " ", "   "]),
    behind=st.sampled_from(["", " ", "  "]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    last=st.integers(0, 3),
    mark=st.booleans(),
)
def test_lines_and_cells_keep_their_number_order_and_text(
    rows: list[list[str]], delimiter: str, before: str, behind: str, line_end: str, last: int, mark: bool
) -> None:
    lines = [delimiter.join(before + cell + behind for cell in row) for row in rows]
    data = ("\ufeff" * mark + line_end.join(lines) + last * line_end).encode()
    assert canonical_text(data) == "".join(",".join(row) + "\n" for row in rows).encode()


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"0.5\n-4\n", b"0.5\n-4\n"),
        (b" 0.5\n-4 \n", b"0.5\n-4\n"),
        (b"0.5", b"0.5\n"),
        (b"0.5,-4", b"0.5,-4\n"),
        (b"i\tj\n0.5\t-4\n", b"i,j\n0.5,-4\n"),
        (b"gate i;gate j\n0.5;-4\n", b"gate i,gate j\n0.5,-4\n"),
        (b"weights\n0.5;-4\n1;2\n", b"weights\n0.5,-4\n1,2\n"),
        (b";0;1\n0;0.5;-4\n", b",0,1\n0,0.5,-4\n"),
        (b"1,2\n\n3,4\n", b"1,2\n\n3,4\n"),
        (b"\n1,2\n", b"\n1,2\n"),
        (b"1;2\n3;4;\n", b"1,2\n3,4,\n"),
        (b"1,,3\n4, ,6\n", b"1,,3\n4,,6\n"),
        (b"1,2 3\n", b"1,2 3\n"),
        ("größe,j\n1,2\n".encode(), "größe,j\n1,2\n".encode()),
        (b"\xfc,j\n1,2\n", b"\xfc,j\n1,2\n"),
    ],
    ids=[
        "one column",
        "one column with blanks",
        "one cell",
        "one row",
        "tabs and names",
        "names with blanks",
        "a title above semicolons",
        "an empty corner",
        "a blank line inside",
        "a blank first line",
        "a longer row",
        "blank cells",
        "a blank inside a cell",
        "names in UTF-8",
        "names in Latin-1",
    ],
)
def test_what_stands_in_the_cells_is_left_alone(data: bytes, text: bytes) -> None:
    assert canonical_text(data) == text


@pytest.mark.parametrize("data", [b"", b"\n", b"\r\n\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n\n"], ids=repr)
def test_an_empty_file_is_refused(data: bytes) -> None:
    assert refusal(data) == "k.csv: is empty; export the weights again"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_with_a_byte_order_mark_is_refused(encoding: str) -> None:
    data = "\ufeff0.5\t-4\n".encode(encoding)
    assert refusal(data) == "k.csv: is UTF-16 text; expected UTF-8; save it again as UTF-8"


@pytest.mark.parametrize(
    "data",
    ["0.5,-4\n".encode("utf-16-le"), b"\x93NUMPY\x01\x00v\x00{'descr': '<f4'", b"PK\x03\x04\x14\x00\x06\x00"],
    ids=["UTF-16 without a mark", "npy", "xlsx"],
)
def test_binary_data_is_refused(data: bytes) -> None:
    assert refusal(data) == (
        "k.csv: is binary data; expected CSV text; export the weights with np.savetxt(file, weights, delimiter=',')"
    )


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (
            b"0,5;-1,25\n2,75;3\n",
            "k.csv: line 1, column 1 (A1): '0,5' has a comma inside a semicolon-delimited cell; "
            "expected a decimal point; save the file again with decimal points",
        ),
        (
            b"\xef\xbb\xbfi;j;f\r\n1;2;3\r\n4;5;6,5\r\n",
            "k.csv: line 3, column 3 (C3): '6,5' has a comma inside a semicolon-delimited cell; "
            "expected a decimal point; save the file again with decimal points",
        ),
        (
            b"7;-0,25",
            "k.csv: line 1, column 2 (B1): '-0,25' has a comma inside a semicolon-delimited cell; "
            "expected a decimal point; save the file again with decimal points",
        ),
        (
            b"1\t2\n3\t -4,125 \n",
            "k.csv: line 2, column 2 (B2): '-4,125' has a comma inside a tab-delimited cell; "
            "expected a decimal point; save the file again with decimal points",
        ),
    ],
    ids=["semicolon", "below a header row", "one line", "tab"],
)
def test_a_decimal_comma_is_refused_with_its_place(data: bytes, sentence: str) -> None:
    assert refusal(data) == sentence
