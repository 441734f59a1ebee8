"""What reports have in common: a table as CSV, as a DataFrame and as HTML, and what a notebook shows of them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandas import DataFrame


def csv_text(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Give rows below their head as CSV."""
    import csv
    import io

    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerows([head, *rows])
    return table.getvalue()


def aligned(rows: list[list[str]]) -> str:
    """Give rows as a table for a person, each column as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def frame(head: Sequence[str], rows: Sequence[Sequence[object]]) -> "DataFrame":
    """Give rows below their head as a DataFrame, whose numbers are numbers."""
    # Imported where it is requested: it takes longer than most conversions.
    from pandas import DataFrame

    return DataFrame(rows, columns=list(head))


def as_html(sentence: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Give a sentence and a table as HTML, as a notebook shows a report.

    >>> as_html("identical", ["cells"], [[3], ["<b>"]])
    '<p>identical</p><table><tr><th>cells</th></tr><tr><td>3</td></tr><tr><td>&lt;b&gt;</td></tr></table>'
    """
    from html import escape

    cells = [[("" if cell is None else escape(str(cell))) for cell in row] for row in rows]
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in cells)
    return f"<p>{escape(sentence)}</p><table><tr>{''.join(f'<th>{name}</th>' for name in head)}</tr>{body}</table>"
