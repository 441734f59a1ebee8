"""Every form that an export comes in, and what becomes of it: one row a pair of files, for all commands that read them.

A row is read and gives its weights, or is refused with its sentence. The files are written here from cells, by code
that shares nothing with csvlstm; those in saved_by_spreadsheets/ were saved by LibreOffice 7.4.7 from original.csv, a
kernel of float32 numbers, and from original_edge.csv, corner cases, in the way that their names say.
"""

import bz2
import csv
import gzip
import lzma
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .file_kinds import KINDS, SPELLINGS

SPREADSHEETS = Path(__file__).parent / "saved_by_spreadsheets"

Rows = list[list[str]]


class Row(NamedTuple):
    """Two files and their declared sizes; `refused` is the message, or else `kernel` and `bias` are the cells."""

    name: str
    files: tuple[bytes, bytes]
    kernel: Rows
    bias: list[str]
    bias_is_column: bool = False
    options: tuple[str, ...] = ()
    recognised: tuple[str, str] | None = None
    refused: str = ""

    @property
    def sizes(self) -> tuple[int, int]:
        """The input and the hidden size."""
        return len(self.kernel) - len(self.bias) // 4, len(self.bias) // 4


def weights(rows: int, columns: int, seed: int) -> Rows:
    """Make float32 weights that are all different, in their shortest text."""
    draw = np.random.default_rng(seed).standard_normal((rows, columns)).astype(np.float32)
    return [[str(weight) for weight in row] for row in draw]


KERNEL, BIAS = weights(8, 20, 1), weights(1, 20, 2)[0]
"""Of a cell with D, H = 3, 5."""

NAMES = [f"{gate}_{unit}" for gate in "ijfo" for unit in range(5)]
COLUMN = [[cell] for cell in BIAS]


class Dialect(NamedTuple):
    """How cells are written down; `quote` is for none, all, or those cells that hold the delimiter."""

    delimiter: str = ","
    decimal: str = "."
    quote: str = "none"
    line_end: str = "\n"
    above: str = ""
    behind_lines: str = ""
    below: str = "\n"
    encoding: str = "utf-8"
    pack: Callable[[bytes], bytes] = bytes
    recognised: str = ""

    def write(self, rows: Rows) -> bytes:
        lines = [self.delimiter.join(map(self._cell, row)) + self.behind_lines for row in rows]
        text = self.above + "\n".join(lines) + self.below
        return self.pack(text.replace("\n", self.line_end).encode(self.encoding))

    def _cell(self, cell: str) -> str:
        cell = cell if cell[:1].isalpha() else cell.replace(".", self.decimal)
        mark = self.delimiter.strip(" ") or " "
        return f'"{cell}"' if self.quote == "all" or (self.quote == "some" and mark in cell) else cell


PLAIN = Dialect()
GERMAN = Dialect(";", ",", recognised="semicolon as delimiter, decimal comma")

DIALECTS = {
    "comma": PLAIN,
    "semicolon": Dialect(";", recognised="semicolon as delimiter"),
    "tab": Dialect("\t", recognised="tab as delimiter"),
    "blank": Dialect(" ", recognised="blanks as delimiter"),
    "blanks": Dialect("   ", above="  ", recognised="blanks as delimiter"),
    "comma and blank": Dialect(", "),
    "semicolon and decimal comma": GERMAN,
    "tab and decimal comma": Dialect("\t", ",", recognised="tab as delimiter, decimal comma"),
    "quoted decimal comma": Dialect(",", ",", "some", recognised="quotes, decimal comma"),
    "all quoted": Dialect(quote="all", recognised="quotes"),
    "all quoted, semicolon and decimal comma": GERMAN._replace(
        quote="all", recognised="semicolon as delimiter, quotes, decimal comma"
    ),
    "all quoted between blanks": Dialect(" ", quote="all", recognised="blanks as delimiter, quotes"),
    "CRLF": Dialect(line_end="\r\n"),
    "CR": Dialect(line_end="\r"),
    "UTF-8 with BOM": Dialect(encoding="utf-8-sig", recognised="byte order mark"),
    "UTF-16 LE": Dialect("\t", above="\ufeff", encoding="utf-16-le", recognised="UTF-16, tab as delimiter"),
    "UTF-16 BE": Dialect("\t", above="\ufeff", encoding="utf-16-be", recognised="UTF-16, tab as delimiter"),
    "UTF-16, CRLF, tab and decimal comma": Dialect(
        "\t", ",", line_end="\r\n", encoding="utf-16", recognised="UTF-16, tab as delimiter, decimal comma"
    ),
    "no newline at the end": Dialect(below=""),
    "blank lines at the end": Dialect(below="\n\n\n"),
    "blank lines at the start": Dialect(above="\n\n", recognised="blank lines above"),
    "blank rows of a spreadsheet": Dialect(above=",,,\n", below="\n,,,\n,,,\n", recognised="blank lines above"),
    "commas at the line ends": Dialect(behind_lines=",", recognised="delimiters at the line ends"),
    "semicolons at the line ends, decimal comma": GERMAN._replace(
        behind_lines=";;", recognised="semicolon as delimiter, decimal comma, delimiters at the line ends"
    ),
    "a comment of np.savetxt": Dialect(above="# i j f o\n", recognised="1 comment line"),
    "comments of np.savetxt, blanks": Dialect(
        " ", above="# layer 0\n#\n", below="\n# the end\n", recognised="3 comment lines, blanks as delimiter"
    ),
    "sep=;": Dialect(";", above="sep=;\n", recognised="sep= line, semicolon as delimiter"),
    "sep=; and decimal comma, CRLF": GERMAN._replace(
        above="sep=;\n", line_end="\r\n", recognised="sep= line, semicolon as delimiter, decimal comma"
    ),
    "sep=|": Dialect("|", above="sep=|\n", recognised="sep= line, '|' as delimiter"),
    "gzip": Dialect(pack=gzip.compress),
    "bzip2, semicolon and decimal comma": GERMAN._replace(pack=bz2.compress),
    "xz, UTF-16": Dialect("\t", encoding="utf-16", pack=lzma.compress, recognised="UTF-16, tab as delimiter"),
}

SOME_DIALECTS = {
    "comma": PLAIN,
    "semicolon and decimal comma": DIALECTS["sep=; and decimal comma, CRLF"],
    "quoted decimal comma": DIALECTS["quoted decimal comma"],
    "all quoted": DIALECTS["all quoted"],
    "UTF-16 and decimal comma": DIALECTS["UTF-16, CRLF, tab and decimal comma"],
    "commented blanks": DIALECTS["comments of np.savetxt, blanks"],
}


def with_header(rows: Rows, names: list[str]) -> Rows:
    return [names, *rows]


def with_index(rows: Rows, names: list[str]) -> Rows:
    return [[name, *row] for name, row in zip(names, rows, strict=True)]


def counting(number: int) -> list[str]:
    return [str(count) for count in range(number)]


def turned(rows: Rows) -> Rows:
    return [list(column) for column in zip(*rows, strict=True)]


ROWS = [f"row_{number}" for number in range(8)]
OWN_ROWS = ["x_0", "x_1", "x_2", "h_0", "h_1", "h_2", "h_3", "h_4"]
OWN_NAMES = [f"{gate}_{unit}" for gate in "icfo" for unit in range(5)]
R_NAMES = [f"V{number}" for number in range(1, 21)]
FLAT = [[cell] for row in KERNEL for cell in row]

LAYOUTS: dict[str, Rows] = {
    "header of names": with_header(KERNEL, NAMES),
    "header that counts": with_header(KERNEL, counting(20)),
    "index of names": with_index(KERNEL, ROWS),
    "index that counts": with_index(KERNEL, counting(8)),
    "header and index": with_header(with_index(KERNEL, counting(8)), ["", *counting(20)]),
    "labels": with_header(with_index(KERNEL, ROWS), ["", *NAMES]),
    "labels of csvlstm": with_header(with_index(KERNEL, OWN_ROWS), ["", *OWN_NAMES]),
    "labels of R": with_header(with_index(KERNEL, counting(9)[1:]), ["", *R_NAMES]),
    "labels of R without a corner": with_header(with_index(KERNEL, counting(9)[1:]), R_NAMES),
    "one row": [[cell for row in KERNEL for cell in row]],
    "one column": FLAT,
    "one column of a Series": with_header(FLAT, ["0"]),
    "transposed": turned(KERNEL),
    "transposed with labels": with_header(with_index(turned(KERNEL), NAMES), ["", *ROWS]),
}

BIAS_LAYOUTS: dict[str, Rows] = {
    "column": COLUMN,
    "column under a name": with_header(COLUMN, ["bias"]),
    "column beside an index": with_index(COLUMN, counting(20)),
    "column of a DataFrame": with_header(with_index(COLUMN, counting(20)), ["", "0"]),
    "column with labels": with_header(with_index(COLUMN, NAMES), ["", "bias"]),
    "column with labels of R": with_header(with_index(COLUMN, counting(21)[1:]), ["x"]),
    "column with labels of R and a corner": with_header(with_index(COLUMN, counting(21)[1:]), ["", "x"]),
    "row": [BIAS],
    "row under names": [NAMES, BIAS],
    "row of a DataFrame": [["", *counting(20)], ["0", *BIAS]],
    "row with labels": [["", *NAMES], ["bias", *BIAS]],
}


def dialect_rows() -> Iterator[Row]:
    for name, dialect in DIALECTS.items():
        files = dialect.write(KERNEL), dialect.write([BIAS])
        yield Row(name, files, KERNEL, BIAS, recognised=(dialect.recognised, dialect.recognised))


IN_OTHER_ENCODINGS = {
    "gb18030": [f"\u5c42{number}" for number in range(20)],
    "big5": [f"\u5c64{number}" for number in range(20)],
    "shift_jis": [f"\u5c64{number}" for number in range(20)],
    "latin-1": [f"\u00fc{number}" for number in range(20)],
}
"""Labels as spreadsheets save them in China, Taiwan, Japan and Germany."""


def encoding_rows() -> Iterator[Row]:
    for encoding, names in IN_OTHER_ENCODINGS.items():
        dialect = Dialect(encoding=encoding)
        labelled = with_header(with_index(KERNEL, names[:8]), ["", *names])
        yield Row(f"kernel: labels in {encoding}", (dialect.write(labelled), PLAIN.write([BIAS])), KERNEL, BIAS)
        one_word = dialect.write(with_header(KERNEL, [names[0][0] * 2] * 20))
        yield Row(f"kernel: one word above all in {encoding}", (one_word, PLAIN.write([BIAS])), KERNEL, BIAS)
        yield Row(f"bias: labels in {encoding}", (PLAIN.write(KERNEL), dialect.write([names, BIAS])), KERNEL, BIAS)


def layout_rows() -> Iterator[Row]:
    for name, dialect in SOME_DIALECTS.items():
        for layout, rows in LAYOUTS.items():
            options = ("--transposed",) if "transposed" in layout else ()
            files = dialect.write(rows), PLAIN.write([BIAS])
            yield Row(f"kernel: {layout}, {name}", files, KERNEL, BIAS, options=options)
        for layout, rows in BIAS_LAYOUTS.items():
            files = PLAIN.write(KERNEL), dialect.write(rows)
            yield Row(f"bias: {layout}, {name}", files, KERNEL, BIAS, "column" in layout)


# A spreadsheet's file, how it is written, what is recognised, and how many float32 numbers of original.csv it changed.
SAVED = {
    "original.csv": (",", "utf-8", "", 0),
    "us_default_open_save.csv": (",", "utf-8", "", 0),
    "us_language_set.csv": (",", "utf-8", "", 3),
    "semicolon_decimal_comma.csv": (";", "utf-8", "semicolon as delimiter, decimal comma", 3),
    "semicolon_decimal_comma_not_as_shown.csv": (";", "utf-8", "semicolon as delimiter, decimal comma", 0),
    "quoted_all_text_cells.csv": (",", "utf-8", "quotes", 0),
    "utf16_tab.csv": ("\t", "utf-16", "UTF-16, tab as delimiter", 0),
    "utf8_bom.csv": (",", "utf-8-sig", "byte order mark", 0),
}
SAVED_EDGES = {
    "original_edge.csv": (",", "utf-8", "", 0),
    "us_default_open_save_edge.csv": (",", "utf-8", "", 0),
    "semicolon_decimal_comma_edge.csv": (";", "utf-8", "semicolon as delimiter, decimal comma", 5),
}


def saved_cells(file: str, delimiter: str, encoding: str) -> Rows:
    """Read the cells of a spreadsheet's file, with decimal points."""
    text = (SPREADSHEETS / file).read_bytes().decode(encoding)
    return [[cell.replace(",", ".") for cell in row] for row in csv.reader(StringIO(text), delimiter=delimiter)]


def spreadsheet_rows() -> Iterator[Row]:
    bias = weights(1, 64, 3)[0]
    for file, (delimiter, encoding, recognised, _) in SAVED.items():
        files = (SPREADSHEETS / file).read_bytes(), GERMAN.write([[cell] for cell in bias])
        cells = saved_cells(file, delimiter, encoding)
        yield Row(file, files, cells, bias, True, recognised=(recognised, "decimal comma"))
    # The corner cases lie in a file of their own, as a flat kernel of D, H = 1, 2 (3 x 8 cells).
    for file, (delimiter, encoding, recognised, _) in SAVED_EDGES.items():
        flat = [cell for row in saved_cells(file, delimiter, encoding) for cell in row]
        kernel = [flat[:8], flat[8:16], flat[16:]]
        data = delimiter.encode().join((SPREADSHEETS / file).read_bytes().split())
        found = ", ".join(filter(None, (recognised, "flat, read row by row")))
        yield Row(file, (data, PLAIN.write([BIAS[:8]])), kernel, BIAS[:8], recognised=(found, ""))


def naive_set(row: Row) -> dict[str, bytes]:
    """Convert the cells of a row by their letters: gates i, j, f, o become i, f, c, o, and c is j."""
    d, h = row.sizes

    def swapped(cells: list[str]) -> list[str]:
        i, j, f, o = (cells[quarter * h : quarter * h + h] for quarter in range(4))
        return [*i, *f, *j, *o]

    bias = swapped(row.bias)
    bias[h : 2 * h] = [repr(float(cell) + 1.0) for cell in bias[h : 2 * h]]
    return {
        "kernel.csv": PLAIN.write([swapped(cells) for cells in row.kernel[:d]]),
        "recurrent_kernel.csv": PLAIN.write([swapped(cells) for cells in row.kernel[d:]]),
        "bias.csv": PLAIN.write([[cell] for cell in bias] if row.bias_is_column else [bias]),
    }


def with_cell(rows: Rows, line: int, column: int, cell: str) -> Rows:
    """Replace a cell; line and column count from 1, as in a message."""
    changed = [list(row) for row in rows]
    changed[line - 1][column - 1] = cell
    return changed


# Whole numbers or numbers with three decimals, each of which could be read in two ways.
WHOLE = [[str(7 - 3 * (20 * row + column)) for column in range(20)] for row in range(8)]
THREE = [[f"{1 + (row * 20 + column) / 1000 + row:.3f}" for column in range(20)] for row in range(8)]
COUNTED = [f"{number}.{fraction}" for number, fraction in enumerate([5, 25, 75, 1, *range(2, 18)])]


def settled_rows() -> Iterator[Row]:
    """Give files that can be read in two ways, with the options that settle it."""
    bias = PLAIN.write([BIAS])
    from_1, whole_header = with_header(KERNEL, counting(21)[1:]), with_header(WHOLE, counting(20))
    ambiguous = GERMAN.write(THREE), GERMAN.write([BIAS])
    yield Row("--decimal comma", ambiguous, THREE, BIAS, options=("--decimal", "comma"))
    yield Row("--decimal ,", ambiguous, THREE, BIAS, options=("--decimal", ","))
    files = GERMAN.write(KERNEL), GERMAN.write([[cell] for cell in COUNTED])
    yield Row("--decimal comma, column", files, KERNEL, COUNTED, True, options=("--decimal", "comma"))
    yield Row("--delimiter semicolon, column", files, KERNEL, COUNTED, True, options=("--delimiter", "semicolon"))
    files = PLAIN.write(KERNEL), b"".join(f"{n},{7 * n}\n".encode() for n in range(20))
    sevens = [str(7 * n) for n in range(20)]
    for options in (("--decimal", "point", "--index"), ("--delimiter", "comma", "--index")):
        yield Row(f"{' '.join(options)}, two columns", files, KERNEL, sevens, True, options=options)
    german_blanks = Dialect("  ", ",")
    files = german_blanks.write(KERNEL), german_blanks.write([BIAS])
    yield Row("--decimal comma, blanks", files, KERNEL, BIAS, options=("--decimal", "comma"))
    quoted = Dialect(" ", ",", "all")
    files = quoted.write(KERNEL), quoted.write(COLUMN)
    yield Row("--decimal comma, quoted between blanks", files, KERNEL, BIAS, True, options=("--decimal", "comma"))
    files = Dialect("|").write(KERNEL), Dialect("|").write([BIAS])
    yield Row("--delimiter |", files, KERNEL, BIAS, options=("--delimiter", "|"))
    yield Row("--header, from 1", (PLAIN.write(from_1), bias), KERNEL, BIAS, options=("--header",))
    yield Row("--no-header, from 1", (PLAIN.write(from_1), bias), from_1, BIAS, options=("--no-header",))
    yield Row("--header, whole numbers", (PLAIN.write(whole_header), bias), WHOLE, BIAS, options=("--header",))
    yield Row(
        "--no-header, whole numbers", (PLAIN.write(whole_header), bias), whole_header, BIAS, options=("--no-header",)
    )
    from_1 = with_index(turned(KERNEL), counting(21)[1:])
    settled = ("--transposed", "--index")
    yield Row("--index, from 1", (PLAIN.write(from_1), bias), KERNEL, BIAS, options=settled)
    yield Row(
        "--no-index, from 1", (PLAIN.write(from_1), bias), turned(from_1), BIAS, options=("--transposed", "--no-index")
    )
    twenty = with_cell(WHOLE, 1, 1, "20")
    yield Row("names above as many as they are", (PLAIN.write(with_header(twenty, NAMES)), bias), twenty, BIAS)
    files = PLAIN.write(KERNEL), PLAIN.write(with_header(with_index(COLUMN, NAMES), ["gate", "0"]))
    yield Row("--header, 0 beside a named corner", files, KERNEL, BIAS, True, options=("--header",))
    by_columns = [[KERNEL[row][column] for column in range(20) for row in range(8)]]
    labelled = with_index(turned(by_columns), [f"w_{row}_{column}" for column in range(20) for row in range(8)])
    for name, rows in {"row": by_columns, "column": turned(by_columns), "labelled column": labelled}.items():
        recognised = ", ".join(["index column"] * (name[0] == "l") + ["flat, read column by column"])
        files = PLAIN.write(rows), bias
        yield Row(f"--order F, {name}", files, KERNEL, BIAS, options=("--order", "F"), recognised=(recognised, ""))
    some = with_header(with_index(KERNEL, ["2", "3", "5", "7", "11", "13", "17", "19"]), ["", *NAMES])
    yield Row("index of some rows of a DataFrame", (PLAIN.write(some), bias), KERNEL, BIAS)
    square, four = weights(4, 4, 4), weights(1, 4, 5)[0]
    files = PLAIN.write(square), PLAIN.write([four])
    yield Row("square", files, square, four, recognised=("square, read as exported", ""))
    yield Row("square, --transposed", files, turned(square), four, options=("--transposed",))
    yield Row("zeros and whole numbers", (PLAIN.write(WHOLE), PLAIN.write([["0"] * 20])), WHOLE, ["0"] * 20)


def refused(
    name: str, sentence: str, kernel: bytes | None = None, bias: bytes | None = None, options: tuple[str, ...] = ()
) -> Row:
    files = kernel if kernel is not None else PLAIN.write(KERNEL), bias if bias is not None else PLAIN.write([BIAS])
    return Row(name, files, KERNEL, BIAS, options=options, refused=sentence)


NUMBER = "expected a number such as -0.5"
AGAIN = "save the file again with decimal points and without groups"
HOW = "numbers with groups of thousands must be saved without them first"
ROWS_EXPECTED = "expected D + H = 3 + 5 = 8 rows of 4H = 20 cells, or all in one row or column"
NO_PROJECTION = "Keras has no LSTM layer with a projection"


def refused_cells() -> Iterator[Row]:
    """Give files with one cell that is no weight; its place counts what stands above and beside the weights."""
    cells = {
        "#NAME?": "'#NAME?' is the error value of a spreadsheet",
        "1.2.3": "'1.2.3' is not a number",
        "nan": "'nan' is no weight",
        "-inf": "'-inf' is no finite weight",
        "": "the cell is blank",
        "1e999": "'1e999' is too large for a float64",
        "\u22120.5": "'\u22120.5' begins with what only looks like a minus",
        "1_000": "'1_000' is not a number",
        "0x1p-3": "'0x1p-3' is not a number",
        "1.5 2.5": "'1.5 2.5' is not a number",
        "1.5|2.5": "'1.5|2.5' is more than one number",
    }
    for cell, found in cells.items():
        kernel = PLAIN.write(with_cell(KERNEL, 3, 2, cell))
        yield refused(f"cell {cell}", f"kernel.csv: line 3, column 2 (B3): {found}; {NUMBER}; ", kernel)
    for cell in ("#NAME?", ""):
        message = f"kernel.csv: line 1, column 1 (A1): {cells[cell]}; {NUMBER}; "
        yield refused(f"cell {cell} in A1", message, PLAIN.write(with_cell(KERNEL, 1, 1, cell)))
    for name, dialect in SOME_DIALECTS.items():
        above = dialect.above.count("\n")
        # A spreadsheet in German says #WERT! for what it lost.
        rows = with_header(with_index(with_cell(KERNEL, 3, 2, "#WERT!"), ROWS), ["", *NAMES])
        place = f"line {4 + above}, column 3 (C{4 + above})"
        yield refused(
            f"#WERT!, {name}",
            f"kernel.csv: {place}: '#WERT!' is the error value of a spreadsheet; {NUMBER}; ",
            dialect.write(rows),
        )
        short = dialect.write([*KERNEL[:5], KERNEL[5][:-1], *KERNEL[6:]])
        place = f"line {6 + above}, column 20 (T{6 + above})"
        yield refused(f"short row, {name}", f"kernel.csv: {place}: the row ends after 19 of 20 cells; ", short)
        long = dialect.write([*KERNEL[:6], [*KERNEL[6], "-0.5"], KERNEL[7]])
        place = f"line {7 + above}, column 21 (U{7 + above})"
        yield refused(f"long row, {name}", f"kernel.csv: {place}: the row has 21 cells; ", long)


def refused_first_cells() -> Iterator[Row]:
    """Give files of one row or one column whose first cell is no weight, and looks like a label of the others."""
    chinese = PLAIN._replace(encoding="gb18030")
    for dialect, cell in ((PLAIN, "O5"), (PLAIN, "lstm.bias"), (GERMAN, "l5"), (chinese, "\u7b2c1")):
        # What is not UTF-8 is shown by the sign that stands for it.
        found = f"'{cell.encode(dialect.encoding).decode('utf-8', 'replace')}' is not a number"
        alone = f"{found}, and without it there are {{}} values; {NUMBER}; "
        row, column = [[cell, *BIAS[1:]]], [[cell], *COLUMN[1:]]
        said = "bias.csv: line 1, column 1 (A1): " + alone.format("19 of 20")
        yield refused(f"{cell} first in a row", said, bias=dialect.write(row))
        yield refused(f"{cell} first in a column", said, bias=dialect.write(column))
        said = "bias.csv: line 2, column 1 (A2): "
        below_numbers = dialect.write([counting(20), *row])
        yield refused(f"{cell} below a number", said + alone.format("19 of 20"), bias=below_numbers)
        below_a_name = dialect.write([["bias"], *column])
        yield refused(f"{cell} below a name", f"{said}{found}; {NUMBER}; ", bias=below_a_name)
        said = "kernel.csv: line 1, column 1 (A1): " + alone.format("159 of 160")
        yield refused(f"{cell} first in a flat kernel", said, dialect.write([[cell], *FLAT[1:]]))


def refused_lines() -> Iterator[Row]:
    """Give files with a blank line within the table, labels beside it or not, or with a line of its label alone."""
    labelled = with_header(with_index(KERNEL, counting(8)), ["", *counting(20)])
    for name, rows in {"plain": KERNEL, "labelled": labelled}.items():
        message = f"kernel.csv: line 4, column 1 (A4): the line is blank; expected {len(rows[0])} cells in each row; "
        yield refused(f"blank line, {name}", message, PLAIN.write([*rows[:3], [], *rows[3:]]))
    for name, line in {"first": 1, "middle": 9, "last": 20}.items():
        indexed = with_index(COLUMN, counting(20))
        indexed[line - 1] = indexed[line - 1][:1]
        message = f"bias.csv: line {line}, column 2 (B{line}): the cell is blank; {NUMBER}; "
        yield refused(f"index without its weight, {name}", message, bias=PLAIN.write(indexed))
    for count, end in {3: "D1", 12: "M1", 19: "T1"}.items():
        found = f"kernel.csv: line 1, column {count + 1} ({end}): the row ends after {count} of 20 cells; "
        yield refused(f"{count} numbers above 20 columns", found, PLAIN.write([counting(count), *KERNEL]))
    message = f"bias.csv: line 9, column 1 (A9): the cell is blank; {NUMBER}; "
    yield refused("blank line in a bias", message, bias=PLAIN.write(with_cell(COLUMN, 9, 1, "")))
    message = f"kernel.csv: line 4, column 1 (A4): the cell is blank; {NUMBER}; "
    yield refused("blank line in a flat kernel", message, PLAIN.write(with_cell(FLAT, 4, 1, "")))


def refused_texts() -> Iterator[Row]:
    """Give files that are no text of numbers, or that say two things."""
    binary = "is binary data; expected CSV text; export the weights with np.savetxt(file, weights, delimiter=',')"
    yield refused("empty", "kernel.csv: is empty; export the weights again", b"")
    yield refused("comments only", "kernel.csv: is empty; export the weights again", b"# i j f o\n\n")
    yield refused("unknown bytes", f"kernel.csv: {binary}", b"\x92NUMPY\x01\x00v\x00")
    yield refused("UTF-16 without BOM", f"bias.csv: {binary}", bias=b"0\0,\x005\0\n\0")
    cut = "kernel.csv: is damaged UTF-16 text (truncated data); copy or export it again"
    yield refused("cut UTF-16", cut, DIALECTS["UTF-16 LE"].write(KERNEL)[:-1])
    quotes = 'has quotes that do not pair; expected "0.5" or 0.5; save the file again without quotes'
    yield refused("open quote", f"kernel.csv: line 3: {quotes}", PLAIN.write(with_cell(KERNEL, 3, 2, '"0.5')))
    yield refused(
        "decimal comma and point",
        "kernel.csv: line 1, column 3 (C1): '0,00001' has a decimal comma, and '0.0' in A1 a decimal point; "
        "expected one of them; export the weights again",
        (SPREADSHEETS / "de_default_open_save_edge.csv").read_bytes(),
    )
    grouped = with_cell(KERNEL, 3, 2, '"1,234.5"')
    yield refused(
        "grouped", f"kernel.csv: line 3, column 2 (B3): '1,234.5' groups its digits; {AGAIN}", PLAIN.write(grouped)
    )
    yield refused(
        "grouped thousands",
        f"kernel.csv: line 1, column 2 (B1): '1,234,567' groups its digits; {AGAIN}",
        Dialect(";").write(with_cell(WHOLE, 1, 2, "1,234,567")),
    )
    for said, other, dialect in (("point", "comma", GERMAN), ("comma", "point", Dialect(";"))):
        cell = KERNEL[0][0].replace(".", dialect.decimal)
        yield refused(
            f"--decimal {said} and a {other}",
            f"kernel.csv: line 1, column 1 (A1): '{cell}' has a {other}, while --decimal says {said}; "
            f"leave out --decimal, or {AGAIN}",
            dialect.write(KERNEL),
            GERMAN.write([counting(20)]),
            ("--decimal", said),
        )


def refused_delimiters() -> Iterator[Row]:
    """Give files with an option that is not about them."""
    line = ",".join(KERNEL[0])
    cells = f"kernel.csv: line 1, column 1 (A1): '{line[:37]}...' is more than one number; expected one in each cell; "
    for options in (("--delimiter", "semicolon"), ("--decimal", "comma")):
        yield refused(
            f"{' '.join(options)} for commas",
            cells + "--delimiter comma says that commas separate the cells",
            options=options,
        )


def refused_doubts() -> Iterator[Row]:
    """Give files that can be read in two ways, without the option that settles it."""
    comma = "the comma in '{}' may be a decimal sign or not, and so may those in all other cells; "
    settle = f"expected --decimal comma or --decimal point; {HOW}"
    for name in ("semicolon and decimal comma", "quoted decimal comma"):
        doubt = f"kernel.csv: line {{}}, column 1 (A{{}}): {comma.format('1,000')}{settle}"
        line = 1 + SOME_DIALECTS[name].above.count("\n")
        yield refused(f"thousands or decimals, {name}", doubt.format(line, line), SOME_DIALECTS[name].write(THREE))
    column = b"".join(f"{cell}\n".replace(".", ",").encode() for cell in COUNTED)
    yield refused(
        "decimals or an index", f"bias.csv: line 1, column 1 (A1): {comma.format('0,5')}{settle}", bias=column
    )
    message = f"bias.csv: line 1, column 1 (A1): {comma.format('0,5')}{settle}"
    # The index may be that of the kernel alone.
    indexed = PLAIN.write(with_index(KERNEL, counting(8)))
    yield refused("decimals or an index, with --index", message, indexed, column, ("--index",))
    blank_corner = f"bias.csv: line 1, column 1 (A1): {comma.format(',0')}{settle}"
    yield refused("decimals below a blank corner", blank_corner, bias=b",0\n" + column, options=("--header",))
    one_comma = f"bias.csv: line 4, column 1 (A4): {comma.format('3,9')}{settle}"
    whole = "".join(f"{3 * number}{',9' if number == 1 else ''}\n" for number in range(-2, 18))
    yield refused("one decimal or a cell too many", one_comma, bias=whole.encode())
    first = f"bias.csv: line 1, column 1 (A1): {comma.format('0,7')}{settle}"
    lost = "".join(f"{number}{'' if number == 8 else f',{7 + number}'}\n" for number in range(20))
    yield refused("decimals or an index with a weight lost", first, bias=lost.encode())
    titled = f"bias.csv: line 2, column 1 (A2): {comma.format('0,5')}{settle}"
    yield refused("decimals or an index under a title", titled, bias=b"bias\n" + column)
    holds = "the first {} holds the whole numbers {} ..., which may be weights or not; "
    header = "expected --header or --no-header; --header takes it as a header row, --no-header as weights"
    index = "expected --index or --no-index; --index takes it as an index column, --no-index as weights"
    for name, names in {"from 1": counting(21)[1:], "as decimals": [f"{n}.0" for n in range(20)]}.items():
        shown = ", ".join(names[:3])
        rows = with_header(KERNEL, names)
        message = f"kernel.csv: line 1, column 1 (A1): {holds.format('row', shown)}{header}"
        yield refused(f"header {name}", message, PLAIN.write(rows))
        message = f"bias.csv: line 2, column 1 (A2): {holds.format('row', shown)}{header}"
        yield refused(f"header {name} below a comment", message, bias=b"# bias\n" + PLAIN.write([names, BIAS]))
        message = f"kernel.csv: line 1, column 1 (A1): {holds.format('column', shown)}{index}"
        yield refused(f"index {name}", message, PLAIN.write(with_index(KERNEL, names[:8])))
    message = f"kernel.csv: line 1, column 1 (A1): {holds.format('row', '0, 1, 2')}{header}"
    named = with_header(with_index(COLUMN, NAMES), ["gate", "0"])
    sentence = f"bias.csv: line 1, column 2 (B1): {holds.format('row', '0')}{header}"
    yield refused("0 beside a named corner", sentence, bias=PLAIN.write(named))
    counted = with_header(with_cell(KERNEL, 1, 1, "20"), counting(20))
    yield refused("header above its own length", message, PLAIN.write(counted))
    yield refused("header among whole numbers", message, PLAIN.write(with_header(WHOLE, counting(20))))
    message = f"kernel.csv: line 1, column 1 (A1): {holds.format('column', '0, 1, 2')}{index}"
    yield refused("index among whole numbers", message, PLAIN.write(with_index(WHOLE, counting(8))))


def refused_labels() -> Iterator[Row]:
    """Give files whose labels contradict the order of the weights."""
    advice = "export the weights in the order of their labels, or take the labels out where they mean something else"
    rising = f"expected labels whose numbers rise; {advice}"
    as_text = {"names": "c{}", "names from 1": "V{}", "numbers": "{}"}
    for name, form in as_text.items():
        from_1 = name == "names from 1"
        across = sorted(form.format(number + from_1) for number in range(20))
        after = across.index(form.format(2))
        address = f"line 1, column {after + 1} ({chr(65 + after)}1)"
        falls = f"the label '{across[after]}' follows '{across[after - 1]}'; {rising}"
        yield refused(f"header of {name} as text", f"kernel.csv: {address}: {falls}", PLAIN.write([across, *KERNEL]))
        line = f"line {after + 1}, column 1 (A{after + 1})"
        for dialect in SOME_DIALECTS:
            written = SOME_DIALECTS[dialect]
            place = line.replace(str(after + 1), str(after + 1 + written.above.count("\n")))
            if "decimal comma" not in dialect:
                data = written.write(with_index(COLUMN, across))
                yield refused(f"index of {name} as text, {dialect}", f"bias.csv: {place}: {falls}", bias=data)
    index = with_header(with_index(KERNEL, [*"30712456"]), ["", *counting(20)])
    falls = f"kernel.csv: line 3, column 1 (A3): the label '0' follows '3'; {rising}"
    yield refused("index 3, 0, 7", falls, PLAIN.write(index))
    twice = "kernel.csv: line 5, column 1 (A5): the label 'b' stands in A3, too; expected labels that are all different"
    names = with_header(with_index(KERNEL, ["a1", "b", "c", "b", *"defg"]), ["", *NAMES])
    yield refused("a name twice", f"{twice}; {advice}", PLAIN.write(names))
    flat = [[f"w_{row}_{column}", KERNEL[row][column]] for column in range(20) for row in range(8)]
    falls = f"kernel.csv: line 9, column 1 (A9): the label 'w_0_1' follows 'w_7_0'; {rising}"
    yield refused("a flat kernel by columns, with labels", falls, PLAIN.write(flat))
    keras = [f"{gate}_{unit}" for gate in "ifco" for unit in range(5)]
    order = "expected labels in the order i, c, f, o of TensorFlow 1; i, f, c, o is the order of Keras, PyTorch"
    gate = f"the label 'f_0' stands at a weight of gate c; {order}"
    labelled = with_header(with_index(KERNEL, [f"x_{row}" for row in range(8)]), ["", *keras])
    yield refused("csvlstm's labels of Keras", f"kernel.csv: line 1, column 7 (G1): {gate}", PLAIN.write(labelled))
    column = with_header(with_index(COLUMN, keras), ["", "bias"])
    yield refused(
        "csvlstm's labels of a Keras bias", f"bias.csv: line 7, column 1 (A7): {gate}", bias=PLAIN.write(column)
    )
    mixed = [f"{gate}_{unit}" for unit in range(5) for gate in "ijfo"]
    found = "kernel.csv: line 1, column 2 (B1): the label 'j_0' stands at a weight of gate i; expected labels"
    yield refused("gates unit by unit", found, PLAIN.write([mixed, *KERNEL]))
    for name, sizes in {"of inputs alone": (8, 0), "of another input size": (2, 6)}.items():
        rows = [f"{one}_{row}" for one, count in zip("xh", sizes, strict=True) for row in range(count)]
        at = 3 if sizes[0] == 8 else 2
        found = f"the label '{rows[at]}' stands at the weights of {OWN_ROWS[at]}; expected labels of 3 inputs x_"
        place = f"kernel.csv: line {at + 1}, column 1 (A{at + 1})"
        yield refused(f"labels {name}", f"{place}: {found}", PLAIN.write(with_index(KERNEL, rows)))


def refused_long_forms() -> Iterator[Row]:
    """Give the kernel as pandas' melt and stack write it, row by row and column by column, with labels or numbers."""
    cells = [(str(r), str(c), cell) for r, row in enumerate(KERNEL) for c, cell in enumerate(row)]
    by_column = sorted(cells, key=lambda cell: int(cell[1]))
    named = [(f"row {r}", f"gate_{c}", cell) for r, c, cell in cells]
    said = "kernel.csv: is the long form of a table of 8 x 20 cells: one cell a line, behind its labels; expected"
    for name, rows in {"row by row": cells, "column by column": by_column, "named": named}.items():
        for dialect_name, dialect in SOME_DIALECTS.items():
            long = [[*row] for row in rows]
            yield refused(f"long form, {name}, {dialect_name}", said, dialect.write(long))
        headed = with_header(with_index([[*row] for row in rows], counting(len(rows))), ["", "row", "column", "value"])
        yield refused(f"long form, {name}, header and index", said, PLAIN.write(headed))


def refused_orders() -> Iterator[Row]:
    """Give matrices that are not flat beside an order of cells."""
    said = "kernel.csv: 8 x 20 cells are no flat matrix, and --order F says how one is read; expected one row"
    yield refused("--order F, no flat matrix", said, options=("--order", "F"))


def refused_shapes() -> Iterator[Row]:
    """Give files of other sizes and of other cells."""
    transposed = f"kernel.csv: 20 x 8 cells are 4H x (D + H), a transposed kernel; {ROWS_EXPECTED}; add --transposed"
    yield refused("transposed", transposed, GERMAN.write(turned(KERNEL)))
    plain = (
        f"kernel.csv: 8 x 20 cells are (D + H) x 4H, not a transposed kernel; {ROWS_EXPECTED}; leave out --transposed"
    )
    yield refused("not transposed", plain, options=("--transposed",))
    exchanged = "kernel.csv: holds a bias, and bias.csv a kernel; expected the kernel first, then the bias; "
    yield refused("exchanged", exchanged + "exchange the two", GERMAN.write(COLUMN), GERMAN.write(KERNEL))
    rows = "kernel.csv: 7 x 20 cells, with the bias's 20 values, do not fit --input-size 3 --hidden-size 5; "
    sizes = "the bias has 20 values = 4 x 5, so --hidden-size 5; the kernel's 7 rows then leave --input-size 2; "
    p = f"or the 7 rows are D + P = 3 + 4, with a projection (num_proj=4): {NO_PROJECTION}"
    for name, dialect in SOME_DIALECTS.items():
        yield refused(f"a row too few, {name}", f"{rows}{ROWS_EXPECTED}; {sizes}{p}", dialect.write(KERNEL[:-1]))
    rows = "kernel.csv: 4 x 20 cells fit no input size beside the bias's 20 values = 4 x 5; "
    whole = "are kernel.csv and bias.csv of the same cell, and whole?; "
    p = f"or the 4 rows are D + P = 3 + 1, with a projection (num_proj=1): {NO_PROJECTION}"
    yield refused("projection", f"{rows}{ROWS_EXPECTED}; {whole}{p}", PLAIN.write(KERNEL[:4]))
    alone = "kernel.csv: 5 x 20 cells are H x 4H, the hidden size alone: the recurrent matrix without the rows of the "
    yield refused("recurrent rows alone", alone, PLAIN.write(KERNEL[3:]))
    turned_alone = (
        "kernel.csv: 20 x 3 cells are 4H x D, the input size alone: a kernel without its recurrent rows, as Keras "
    )
    yield refused("PyTorch's weight_ih", turned_alone, PLAIN.write(turned(KERNEL[:3])))
    gate = "kernel.csv: 8 x 5 cells are D+H x H, one gate of an LSTM cell, or a simple RNN; "
    yield refused("one gate", gate, PLAIN.write([row[:5] for row in KERNEL]), PLAIN.write([BIAS[:5]]))
    gru = "kernel.csv: 8 x 10 cells are D+H x 2H, the gates of a GRUCell; "
    yield refused("gates of a GRU", gru, PLAIN.write([row[:10] for row in KERNEL]))
    for at, which in {0: "first", 8: "last"}.items():
        found = (
            f"kernel.csv: line {at + 1}: the {which} row is the bias in bias.csv, number for number; {ROWS_EXPECTED}; "
        )
        yield refused(f"bias as the {which} row", found, PLAIN.write([*KERNEL[:at], BIAS, *KERNEL[at:]]))
    blob = "kernel.csv: 200 values = 160 + 2 x 20, the weights and both biases in one, as cuDNN keeps them; "
    yield refused("blob of cuDNN", blob, PLAIN.write([*FLAT, *COLUMN, *COLUMN]))
    bias = "expected a bias of 4H = 20 values; "
    vectors = {
        1: "one for each unit, as peephole weights (w_i_diag, w_f_diag, w_o_diag) and the gamma and beta of a layer "
        f"normalisation are; {bias}Keras has no LSTM layer with either; a cell without them has a bias of its own, "
        "a LayerNormBasicLSTMCell none",
        3: f"three for each unit, as all peephole weights together (w_i_diag, w_f_diag, w_o_diag) are; {bias}"
        "Keras has no LSTM layer with peepholes; a cell without them has a bias of its own",
        8: f"two biases, as cuDNN and PyTorch keep them, or one of a cell of twice the hidden size; {bias}"
        "TensorFlow 1 and Keras have one bias, the sum of both; add the first half to the second where their gates are "
        "in the order i, j, f, o, and use --forget-bias 0",
    }
    for times, sentence in vectors.items():
        cells = weights(1, 5 * times, 6)
        found = f"bias.csv: {5 * times} values = {times} x 5 are {sentence}"
        yield refused(f"bias of {times} x 5 values, column", found, bias=PLAIN.write(turned(cells)))
        yield refused(f"bias of {times} x 5 values, German row", found, bias=GERMAN.write(cells))
    kernel = f"bias.csv: 5 x 2 cells are H x P, the kernel of a projection (num_proj); {bias}{NO_PROJECTION}"
    yield refused("kernel of a projection as bias", kernel, bias=PLAIN.write(weights(5, 2, 7)))
    values = "bias.csv: 18 values; expected 4H = 20 values in one row or one column; "
    yield refused("cut bias", values + "is this the bias of an LSTM cell, and whole?", bias=PLAIN.write([BIAS[:18]]))


def refused_kinds() -> Iterator[Row]:
    """Give files that are no CSV at all, as the kernel or as the bias, compressed or not."""
    kernel, bias = (np.array(rows, dtype=np.float32) for rows in (KERNEL, [BIAS]))
    for name, kind in KINDS.items():
        said = kind.said.format("expected CSV text")
        yield refused(f"{name} as kernel", f"kernel.csv: {said}", kind.write(kernel, KERNEL))
        yield refused(f"{name} as bias", f"bias.csv: {said}", bias=gzip.compress(kind.write(bias, [BIAS])))
    for name, spelling in SPELLINGS.items():
        first = spelling.write(kernel, KERNEL).decode().split(",")[0]
        found = f"kernel.csv: line 1, column 1 (A1): '{first}' {spelling.said}; {NUMBER}"
        yield refused(f"cells spelled {name}", found, spelling.write(kernel, KERNEL))


READ: list[Row] = [*dialect_rows(), *layout_rows(), *encoding_rows(), *spreadsheet_rows(), *settled_rows()]
REFUSED: list[Row] = [
    *refused_long_forms(),
    *refused_orders(),
    *refused_cells(),
    *refused_first_cells(),
    *refused_lines(),
    *refused_texts(),
    *refused_delimiters(),
    *refused_doubts(),
    *refused_labels(),
    *refused_kinds(),
    *refused_shapes(),
]
TABLE: list[Row] = READ + REFUSED
