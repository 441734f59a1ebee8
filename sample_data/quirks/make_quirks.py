"""Make small weight files, each with one quirk that exports have and named for it, beside this script.

How to run it (Python 3.11 or later):

    pip install numpy pandas
    python make_quirks.py

They hold the weights of ../sunspots/cell_0_kernel.csv (8 x 20: input size 3, hidden size 5) and cell_0_bias.csv, cell
for cell in the same text, so that what was read from them can be compared character by character. Two things differ:
kernel_crlf.csv has the shorter cells that csv.writer gives a float32, and the pair ..._D1_H1.csv is made by hand.
"""

import csv
import gzip
import io
from pathlib import Path

import numpy as np
import pandas as pd

FOLDER = Path(__file__).resolve().parent
SUNSPOTS = FOLDER.parent / "sunspots"
HIDDEN_SIZE = 5

Rows = list[list[str]]


def read_rows(path: Path) -> Rows:
    """The cells of a plain CSV file as text."""
    return [line.split(",") for line in path.read_text().splitlines()]


def to_text(rows: Rows, delimiter: str = ",") -> str:
    return "".join(delimiter.join(row) + "\n" for row in rows)


def to_pandas_text(rows: Rows, header: bool = True, index: bool = True) -> str:
    return pd.DataFrame(rows).to_csv(header=header, index=index, lineterminator="\n")


def to_float32_text(rows: Rows) -> str:
    """What csv.writer makes of a float32 array: the shortest text that reads back, and CRLF line ends."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(np.array(rows).astype(np.float32))
    return text.getvalue()


def to_gzip(text: str) -> bytes:
    # A modification time of 0, so that the same text always gives the same file.
    return gzip.compress(text.encode(), mtime=0)


def with_cell(rows: Rows, line: int, column: int, cell: str) -> str:
    """The text with one cell replaced; line and column count from 1, as an error message does."""
    changed = [list(row) for row in rows]
    changed[line - 1][column - 1] = cell
    return to_text(changed)


def readable_kernels(rows: Rows) -> dict[str, str | bytes]:
    cells = [cell for row in rows for cell in row]
    names = [f"{gate}_{unit}" for gate in "ijfo" for unit in range(HIDDEN_SIZE)]
    return {
        "kernel_flat_column.csv": to_text([[cell] for cell in cells]),
        # No newline at the end, as ndarray.tofile(path, sep=",") leaves it.
        "kernel_flat_row.csv": ",".join(cells),
        "kernel_pandas_header_and_index.csv": to_pandas_text(rows),
        "kernel_pandas_header.csv": to_pandas_text(rows, index=False),
        "kernel_pandas_index.csv": to_pandas_text(rows, header=False),
        "kernel_text_header.csv": to_text([names, *rows]),
        "kernel_semicolon.csv": to_text(rows, ";"),
        "kernel_tab.csv": to_text(rows, "\t"),
        "kernel_blanks.csv": to_text(rows, " "),
        "kernel_crlf.csv": to_float32_text(rows),
        "kernel_bom.csv": to_text(rows).encode("utf-8-sig"),
        "kernel_gzip.csv.gz": to_gzip(to_text(rows)),
        "kernel_transposed.csv": to_text([list(column) for column in zip(*rows, strict=True)]),
    }


def readable_biases(rows: Rows) -> dict[str, str]:
    return {
        "bias_row.csv": to_text([[cell for row in rows for cell in row]]),
        "bias_pandas.csv": to_pandas_text(rows),
    }


def hand_made_pair() -> dict[str, str]:
    """The smallest kernel and bias there are, every weight another one."""
    return {
        "kernel_D1_H1.csv": "0.1,0.2,0.3,0.4\n-0.5,0.6,-0.7,0.8\n",
        "bias_D1_H1.csv": "0.01,0.02,0.03,0.04\n",
    }


def refused_kernels(rows: Rows) -> dict[str, str]:
    return {
        "kernel_ragged_row.csv": to_text([*rows[:3], rows[3][:-1], *rows[4:]]),
        "kernel_text_cell.csv": with_cell(rows, 3, 2, "#NAME?"),
        "kernel_nan.csv": with_cell(rows, 5, 7, "nan"),
        "kernel_infinity.csv": with_cell(rows, 2, 9, "inf"),
        "kernel_blank_cell.csv": with_cell(rows, 6, 4, ""),
        "kernel_missing_row.csv": to_text(rows[:-1]),
    }


def main() -> None:
    kernel, bias = read_rows(SUNSPOTS / "cell_0_kernel.csv"), read_rows(SUNSPOTS / "cell_0_bias.csv")
    files = readable_kernels(kernel) | readable_biases(bias) | hand_made_pair() | refused_kernels(kernel)
    for name, content in files.items():
        (FOLDER / name).write_bytes(content if isinstance(content, bytes) else content.encode())


if __name__ == "__main__":
    main()
