"""An audit as audit.csv, which a spreadsheet opens."""

import csv
import io
from typing import NamedTuple

from ..verdict.report import Report


class TableStyle(NamedTuple):
    """The signs of a table that a spreadsheet opens."""

    delimiter: str = ","
    decimal: str = "."


COMMAS = TableStyle()

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_FILES = ("source_file", "target_file")


def as_csv(report: Report, style: TableStyle = COMMAS) -> str:
    """Give the rows as one rectangular CSV table, in which no text can become a formula."""
    table = io.StringIO()
    writer = csv.writer(table, delimiter=style.delimiter, lineterminator="\n")
    names = report.columns
    writer.writerow(names)
    writer.writerows([_cell(name, value, style) for name, value in zip(names, row, strict=True)] for row in report.rows)
    return table.getvalue()


def _cell(name: str, value: object, style: TableStyle) -> object:
    if isinstance(value, float):
        return repr(value).replace(".", style.decimal)
    return never_formula(value, is_path=name in _FILES) if isinstance(value, str) else value


def never_formula(text: str, *, is_path: bool = False) -> str:
    """Give a text that no spreadsheet takes for a formula: a path through its folder, another after an apostrophe.

    >>> never_formula("=1+1.csv", is_path=True), never_formula("-x"), never_formula("a=b")
    ('./=1+1.csv', "'-x", 'a=b')
    """
    return f"{'./' if is_path else chr(39)}{text}" if text.startswith(_FORMULA) else text
