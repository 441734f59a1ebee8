"""How the converted files are written, for who opens them in a spreadsheet: delimiter, decimal sign, exponents, labels.

Only signs change: every number stays the same decimal number, digit for digit.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..layouts.arrays import AnySizes, Array

_EXPONENT = rb"[^,\n]*[eE][^,\n]*"


class Style(NamedTuple):
    """What sets the converted files off from plain CSV.

    `plain_decimals` writes 4.45e-05 as 0.0000445, because spreadsheets cut cells with exponents when they save them.
    `labels` adds a header row (i_0, ...) and a first column (x_0, ... for inputs, h_0, ... for hidden states).
    """

    delimiter: str = ","
    decimal: str = "."
    plain_decimals: bool = False
    labels: bool = False

    def write(
        self, array: Array, rows: Iterable[bytes], sizes: AnySizes, *, is_column: bool = False
    ) -> Iterator[bytes]:
        """Yield the lines of an array from its rows, whose cells stand between commas with decimal points.

        >>> from csvlstm.layouts.gates import Sizes
        >>> from csvlstm.layouts.entries import KERAS
        >>> b"".join(Style(";", ",", True, True).write(KERAS.array("bias"), [b"0.5,1e-2,-3,4"], Sizes(2, 1)))
        b';i_0;f_0;c_0;o_0\\nbias;0,5;0,01;-3;4\\n'
        """
        signs = bytes.maketrans(b",.", f"{self.delimiter}{self.decimal}".encode())
        names = _labels(array, sizes, is_column) if self.labels else None
        if names:
            yield self._line(f",{','.join(next(names))}".encode(), signs)
        for row in rows:
            text = plain_decimals(row) if self.plain_decimals else row
            yield self._line(b"%b,%b" % (next(names)[0].encode(), text) if names else text, signs)

    def _line(self, text: bytes, signs: bytes) -> bytes:
        return text.translate(signs) + b"\n"


PLAIN = Style()


def plain_decimals(text: bytes) -> bytes:
    """Write the cells of a text that have an exponent as plain decimals of the same value, and leave the others.

    >>> plain_decimals(b"-4.4519293e-05,1.50E+1,0.25")
    b'-0.000044519293,15.0,0.25'
    """
    if b"e" not in text and b"E" not in text:
        return text
    # Imported here, because few conversions need it.
    from decimal import Decimal

    return re.sub(_EXPONENT, lambda cell: format(Decimal(cell[0].decode()), "f").encode(), text)


def _labels(array: Array, sizes: AnySizes, is_column: bool) -> Iterator[list[str]]:
    """Yield the labels of the columns, then that of each row."""
    rows, columns = array.labels(sizes)
    rows, columns = (columns, rows) if is_column and array.is_vector else (rows, columns)
    yield columns
    yield from ([label] for label in rows)
