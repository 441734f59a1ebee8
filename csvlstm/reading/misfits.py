"""Why the files of a cell do not fit its declared sizes."""

from itertools import product

from ..errors import CsvLstmError
from ..layouts.arrays import AnySizes
from .dialect import Canonical
from .fitting import Files, misfit, where_none_fit
from .long_form import refuse_long_form
from .refusals import is_weight, ragged
from .shapes import Options
from .sizes import fitting_sizes, wrong_sizes


def why_not(files: Files, sizes: AnySizes, options: Options) -> CsvLstmError:
    """Say why the files of a cell do not fit the declared sizes, in those of their readings that belong together.

    Raises CsvLstmError where one of them is a table in its long form.

    >>> from csvlstm.layouts.entries import SOURCE
    >>> from csvlstm.layouts.gates import Sizes
    >>> texts = [Canonical("k.csv", b"1,2,3,4\\n5,6,7,8\\n")], [Canonical("b.csv", b"1,2,3,4\\n")]
    >>> why_not(list(zip(SOURCE.arrays, texts)), Sizes(2, 1), Options()).found.partition(",")[0]
    '2 x 4 cells are D x 4H'
    """
    for _, texts in files:
        refuse_long_form(texts[0])
    if refused := where_none_fit(files, sizes, options):
        return refused
    if [one.is_vector for one, _ in files] != [False, True]:
        return misfit(files, sizes, options)
    (_, kernel_texts), (_, bias_texts) = files
    pairs = list(product(kernel_texts, bias_texts))
    kernel, bias = next((pair for pair in pairs if fitting_sizes(pair[0].text, pair[1].text, options)), pairs[0])
    for text in (kernel, bias):
        if refused := ragged_line(text):
            return refused
    return wrong_sizes(kernel, bias, sizes, options)


def ragged_line(text: Canonical) -> CsvLstmError | None:
    """Refuse the first line that has not as many cells as most; the very first may be a title, or lack the corner.

    >>> print(ragged_line(Canonical("k.csv", b"0.5,2\\n0.25,4,8\\n1.5,2,3\\n")))
    k.csv: line 1, column 3 (C1): the row ends after 2 of 3 cells; expected 3 cells in each row; is it a CSV file, ...
    """
    rows = text.text[:-1].split(b"\n")
    counts = [row.count(b",") + 1 for row in rows]
    expected = max(set(counts), key=counts.count)
    lacks_corner = counts[0] == expected - 1 and not _is_fraction(rows[-1].partition(b",")[0])
    first = int(lacks_corner or not all(map(is_weight, rows[0].split(b","))))
    wrong = next((number for number, count in enumerate(counts[first:], start=first) if count != expected), None)
    if wrong is None:
        return None
    return ragged(rows[wrong], expected, lambda column: text.place(wrong + 1, column + 1))


def _is_fraction(cell: bytes) -> bool:
    return b"." in cell and is_weight(cell)
