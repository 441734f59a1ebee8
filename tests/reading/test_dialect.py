"""Every accepted dialect becomes the same canonical text; what is no such text is refused with what to do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csvlstm.commands.arguments import as_option
from csvlstm.errors import CsvLstmError
from csvlstm.reading.dialect import Canonical, canonical, readings
from tests.seeds import examples

PLAIN = b"0.5,-1e-3,2.25\n-4,5.125,+6\n"


def canonical_text(data: bytes) -> bytes:
    """Give the text as its delimiter parts it, also where it may be one column with decimal commas."""
    return readings(data, "k.csv")[-1].text


def read(data: bytes, delimiter: bytes | None = None, decimal: bytes | None = None) -> Canonical:
    return canonical(data, "k.csv", delimiter, decimal)


def refusal(data: bytes, delimiter: bytes | None = None, decimal: bytes | None = None) -> str:
    with pytest.raises(CsvLstmError) as caught:
        read(data, delimiter, decimal)
    return caught.value.said(as_option)


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
        "blanks after commas",
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
    assert canonical(data, "k.csv")[1:3] == (PLAIN, recognised)


cells = st.from_regex(r"[+-]?[0-9]{1,4}(\.[0-9]{1,4})?(e-?[0-9]{1,2})?", fullmatch=True)
tables = st.integers(2, 5).flatmap(lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1))


@examples(40)
@given(
    rows=tables,
    delimiter=st.sampled_from([",", ";", "\t", " "]),
    before=st.sampled_from(["", " ", "   "]),
    after=st.sampled_from(["", " ", "  "]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    last=st.integers(0, 3),
    mark=st.booleans(),
)
def test_lines_and_cells_keep_their_number_order_and_text(
    rows: list[list[str]], delimiter: str, before: str, after: str, line_end: str, last: int, mark: bool
) -> None:
    lines = [delimiter.join(before + cell + after for cell in row) for row in rows]
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
def test_utf_16_with_a_byte_order_mark_is_read(encoding: str) -> None:
    assert read("\ufeff0.5\t-4\r\n".encode(encoding))[1:3] == (b"0.5,-4\n", ["UTF-16", "tab as delimiter"])


def test_cut_utf_16_is_refused() -> None:
    assert refusal("\ufeff0.5\t-4\n".encode("utf-16-le")[:-1]) == (
        "k.csv: is damaged UTF-16 text (truncated data); copy or export it again"
    )


@pytest.mark.parametrize(
    "data",
    ["0.5,-4\n".encode("utf-16-le"), b"\x93NUMPY\x01\x00v\x00{'descr': '<f4'", b"PK\x03\x04\x14\x00\x06\x00"],
    ids=["UTF-16 without a mark", "npy", "xlsx"],
)
def test_binary_data_is_refused(data: bytes) -> None:
    assert refusal(data) == (
        "k.csv: is binary data; expected CSV text; export the weights with np.savetxt(file, weights, delimiter=',')"
    )


GERMAN = PLAIN.replace(b",", b";").replace(b".", b",")


@pytest.mark.parametrize(
    ("data", "recognised"),
    [
        (GERMAN, ["semicolon as delimiter", "decimal comma"]),
        (GERMAN.replace(b";", b"\t"), ["tab as delimiter", "decimal comma"]),
        (b'"0,5";"-1e-3";"2,25"\n"-4";"5,125";"+6"\n', ["semicolon as delimiter", "quotes", "decimal comma"]),
        (b'"0,5",-1e-3,"2,25"\n-4,"5,125",+6\n', ["quotes", "decimal comma"]),
        (b'"0.5","-1e-3","2.25"\n"-4","5.125","+6"\n', ["quotes"]),
        (b'"0.5", "-1e-3",2.25\n-4,"5.125",+6\n', ["quotes"]),
        (b'"0.5"  "-1e-3" 2.25 \n-4 "5.125"  +6\n', ["blanks as delimiter", "quotes"]),
        (GERMAN.replace(b"\n", b";\n"), ["semicolon as delimiter", "decimal comma", "delimiters at the line ends"]),
        (PLAIN.replace(b"\n", b",,,\n"), ["delimiters at the line ends"]),
        (b"sep=;\r\n" + GERMAN, ["sep= line", "semicolon as delimiter", "decimal comma"]),
        (b"SEP=|\n" + PLAIN.replace(b",", b"|"), ["sep= line", "'|' as delimiter"]),
        (b"# i j f\n#\n# o\n" + PLAIN, ["3 comment lines"]),
        (b"# i j f o\n" + PLAIN + b"# the end\n\n", ["2 comment lines"]),
        (b"\n\n" + PLAIN, ["blank lines above"]),
        (b",,\n ; ;\n" + PLAIN + b",,\n\n;;;\n", ["blank lines above"]),
    ],
    ids=[
        "semicolon and decimal comma",
        "tab and decimal comma",
        "quoted semicolon and decimal comma",
        "quoted where a decimal comma stands",
        "quoted everywhere",
        "quoted somewhere",
        "quoted between blanks",
        "semicolons at the line ends",
        "commas at the line ends",
        "sep=;",
        "sep=|",
        "comments",
        "a comment above and below",
        "blank lines above",
        "rows of blank cells",
    ],
)
def test_what_spreadsheets_and_savetxt_add_is_taken_away_and_said(data: bytes, recognised: list[str]) -> None:
    assert read(data)[1:3] == (PLAIN, recognised)


@pytest.mark.parametrize(
    ("above", "skipped"),
    [(b"", 0), (b"\n", 1), (b"# i\r\n# j\r\n", 2), (b"sep=,\n\n# i\n", 3)],
    ids=["nothing", "blank line", "comments", "all of them"],
)
def test_lines_above_the_table_are_counted(above: bytes, skipped: int) -> None:
    text = read(above + PLAIN)
    assert (text.text, text.skipped) == (PLAIN, skipped)
    assert text.place(2, 3) == ("k.csv", 2 + skipped, 3)


def test_a_million_blank_rows_below_a_table_take_no_time() -> None:
    assert read(PLAIN + b"# end\n" + b",,\n" * 2**20).text == PLAIN


@pytest.mark.parametrize("first", [b"#NAME?", b"#DIV/0!", b"#0.5", b"#"], ids=bytes.decode)
def test_what_a_spreadsheet_lost_is_no_comment(first: bytes) -> None:
    data = first + b",0.25\n0.5,-4\n"
    assert canonical_text(data) == data


@pytest.mark.parametrize(
    ("data", "decimal"),
    [(b'"0.5\x1f1",2\n', None), (b"0,5\x1f1\n", b","), (b"0,5\n0,25\n0\x1f5\n", None)],
    ids=["quoted", "--decimal", "column"],
)
def test_the_byte_that_parts_cells_inside_the_program_parts_none_of_a_file(data: bytes, decimal: bytes | None) -> None:
    assert refusal(data, decimal=decimal) == "k.csv: is binary data; expected CSV text; export the weights again"


def test_a_comment_inside_is_left_where_it_is() -> None:
    assert canonical_text(b"0.5,1\n# j\n0.25,2\n") == b"0.5,1\n# j\n0.25,2\n"


def test_a_delimiter_behind_some_lines_only_is_a_cell() -> None:
    assert canonical_text(b"1,2,\n3,4\n5,6,\n") == b"1,2,\n3,4\n5,6,\n"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"0,5\n-1,25\n", b"0.5\n-1.25\n"),
        (b"0,5\n0,25\n0,125\n", b"0.5\n0.25\n0.125\n"),
        (b"1,05\n2,5\n", b"1.05\n2.5\n"),
        (b"1,5\n2\n2,5\n", b"1.5\n2\n2.5\n"),
        (b"bias\n1,5\n-0,5\n", b"bias\n1.5\n-0.5\n"),
        (b'"bias"\n1,5\n-0,5\n', b"bias\n1.5\n-0.5\n"),
        (b'"0,5"\n"1,25"\n', b"0.5\n1.25\n"),
        (b"sep=;\n0,5\n1,25\n", b"0.5\n1.25\n"),
    ],
    ids=["negative zero", "same whole", "zero after", "a whole number", "header", "quoted header", "quoted", "sep="],
)
def test_a_column_with_decimal_commas_is_read_without_doubt(data: bytes, text: bytes) -> None:
    column = read(data)
    assert (column.text, column.decimal, column.doubt) == (text, b",", None)


@pytest.mark.parametrize(
    "data",
    [
        b"0,5\n1,25\n2,75\n3,1\n",
        b"1,5\n2\n3,5\n",
        b"1,0\n2,0\n3,1\n",
        b"1,234\n-2,345\n",
        b"12,345\n12,678\n",
        b"1,234;-2,345\n",
    ],
    ids=["an index from 0", "a weight lost", "an index from 1", "three decimals", "the same thousands", "semicolon"],
)
def test_a_comma_that_may_be_something_else_leaves_a_doubt(data: bytes) -> None:
    doubt = read(data).doubt
    assert doubt
    assert doubt.place == ("k.csv", 1, 1)
    assert data.startswith(doubt.text.encode())


@pytest.mark.parametrize("delimiter", [b";", b"\t"], ids=["semicolon", "tab"])
@pytest.mark.parametrize("cell", [b"0,123", b"-0,5", b"1,23", b"1,2345", b"1234,5", b",5", b"5,", b"1,234e-5"])
def test_one_comma_that_groups_no_thousands_settles_all_of_them(cell: bytes, delimiter: bytes) -> None:
    data = b"1,234" + delimiter + cell + b"\n"
    assert read(data)[1:] == (data.replace(b",", b".").replace(delimiter, b","), read(data).recognised, 0, b",", None)


@pytest.mark.parametrize(
    ("data", "delimiter", "decimal", "text"),
    [
        (b"1,234;2,345\n", None, b",", b"1.234,2.345\n"),
        (b"0,5\n1,25\n2,75\n", None, b",", b"0.5\n1.25\n2.75\n"),
        (b"0,5\n0,25\n2,75\n", None, b".", b"0,5\n0,25\n2,75\n"),
        (b"0,5\n0,25\n2,75\n", b",", None, b"0,5\n0,25\n2,75\n"),
        (b"0,5\n0,25\n2,75\n", b";", None, b"0.5\n0.25\n2.75\n"),
        (b"0,5 1,25\n2,75 3\n", None, b",", b"0.5,1.25\n2.75,3\n"),
        (b"  0,5   1,25\n 2,75  3\n", b" ", b",", b"0.5,1.25\n2.75,3\n"),
        (b'"0,5","1,25"\n2,"3,5"\n', None, b",", b"0.5,1.25\n2,3.5\n"),
        (b"0.5|1;5\n", b"|", None, b"0.5,1;5\n"),
        (b"0,5:1,25\n", b":", None, b"0.5,1.25\n"),
        (b"sep=;\n0.5|1\n", b"|", None, b"0.5,1\n"),
    ],
)
def test_the_user_says_what_delimiter_and_decimal_sign_are(
    data: bytes, delimiter: bytes | None, decimal: bytes | None, text: bytes
) -> None:
    found = readings(data, "k.csv", delimiter, decimal)
    assert [(reading.text, reading.doubt) for reading in found] == [(text, None)]


@pytest.mark.parametrize(
    ("data", "decimal", "sentence"),
    [
        (
            b"# i j\n0.5;1.25\n0.25;0,5\n",
            None,
            "k.csv: line 3, column 2 (B3): '0,5' has a decimal comma, and '0.5' in A2 a decimal point; "
            "expected one of them; export the weights again",
        ),
        (
            b'0.1,"0,00001",1e-7\n',
            None,
            "k.csv: line 1, column 2 (B1): '0,00001' has a decimal comma, and '0.1' in A1 a decimal point; "
            "expected one of them; export the weights again",
        ),
        (
            b"0;1,234.5\n",
            None,
            "k.csv: line 1, column 2 (B1): '1,234.5' groups its digits; "
            "save the file again with decimal points and without groups",
        ),
        (
            b"0;1.234,5\n",
            None,
            "k.csv: line 1, column 2 (B1): '1.234,5' groups its digits; "
            "save the file again with decimal points and without groups",
        ),
        (
            b"1,234;5\n6;-1,234,567\n",
            None,
            "k.csv: line 2, column 2 (B2): '-1,234,567' groups its digits; "
            "save the file again with decimal points and without groups",
        ),
        (
            b"i;j\n1,5;2\n",
            b".",
            "k.csv: line 2, column 1 (A2): '1,5' has a comma, while --decimal says point; "
            "leave out --decimal, or save the file again with decimal points and without groups",
        ),
        (
            b"i;j\n1;2.5\n",
            b",",
            "k.csv: line 2, column 2 (B2): '2.5' has a point, while --decimal says comma; "
            "leave out --decimal, or save the file again with decimal points and without groups",
        ),
    ],
    ids=["both", "both in a comma file", "grouped", "grouped by points", "thousands", "not a point", "not a comma"],
)
def test_numbers_that_disagree_on_their_decimal_sign_are_refused(
    data: bytes, decimal: bytes | None, sentence: str
) -> None:
    assert refusal(data, decimal=decimal) == sentence


@pytest.mark.parametrize(
    "data",
    [b"lstm.i;lstm.j\n0,5;1,25\n", b"gate i, 0;gate j, 0\n0.5;1.25\n", b'"i, 0","j, 0"\n0.5,1.25\n'],
    ids=["points", "commas", "quoted commas"],
)
def test_signs_in_the_names_of_a_header_row_are_no_decimal_signs(data: bytes) -> None:
    assert read(data).text.split(b"\n")[1] == b"0.5,1.25"


@pytest.mark.parametrize(
    ("data", "line"),
    [(b'0.5,"1.5\n2.5,3.5\n', 1), (b'0.5,1.5\n"2.5"0,3.5\n', 2), (b'0.5,1.5\n2.5,"3\n.5"\n4,5\n', 2)],
    ids=["not closed", "digits after", "line break"],
)
def test_quotes_that_do_not_pair_are_refused(data: bytes, line: int) -> None:
    assert refusal(data) == (
        f'k.csv: line {line}: has quotes that do not pair; expected "0.5" or 0.5; save the file again without quotes'
    )


@pytest.mark.parametrize(
    ("data", "text"), [(b'"0.5""1",2\n', b'0.5"1,2\n'), (b'0.5"1",2\n', b'0.5"1",2\n')], ids=["doubled", "inside"]
)
def test_quotes_never_make_one_number_of_two(data: bytes, text: bytes) -> None:
    assert read(data).text == text
