"""Whether the text of a converted kernel is the very text of its export, moved."""

from collections.abc import Iterator

from ..layouts.layout import KERAS, KERNELS, TF1, quarter_order
from ..reading.parsing import Text, count_lines, every_separator, release
from ..reading.tables import Export, lines, spans


def kernel_text_is_moved(export: Export, texts: dict[str, Text]) -> bool:
    """Tell whether the text of both kernels, quarters swapped back, is the plain form of the export byte for byte."""
    return all(part_is_moved(export, part, texts[part]) for part in KERNELS)


def part_is_moved(export: Export, part: str, text: Text) -> bool:
    """Tell whether the text of one kernel, quarters swapped back, is that of its rows in the export byte for byte.

    That of a bias never is: its forget bias makes it another text.
    """
    if part not in KERNELS:
        return False
    kernel = export.kernel
    behind_row_d = int(kernel.spans[0][export.sizes.input_size][0])
    at, end = (0, behind_row_d) if part == KERNELS[0] else (behind_row_d, len(kernel.text))
    for piece in _swapped_back(text, kernel.form.columns):
        if not kernel.text.startswith(piece, at):
            return False
        at += len(piece)
    release(text)
    return at == end


def _swapped_back(text: Text, columns: int) -> Iterator[bytes]:
    """Yield the lines of a converted text with its quarters in the export's order, as long as it has lines at all."""
    # Found anew, so that a mistake in the spans that the text was moved by cannot hide here.
    ends = every_separator(text, columns // 4)
    line_ends = ends[3::4].tolist()
    if len(ends) == 4 * count_lines(text) and all(text[end : end + 1] == b"\n" for end in line_ends):
        quarters = spans(ends)
        yield from lines(text, [quarters[quarter] for quarter in quarter_order(KERAS, TF1)])
