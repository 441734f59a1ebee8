"""Sizes that were not declared: which of them the files fit is said, and none is taken."""

import os
import shlex
from collections.abc import Sequence

from ..errors import CsvLstmError, argument
from ..layouts.arrays import Layout
from ..reading.shapes import Options
from ..reading.sources import STANDARD_INPUT, read_source
from .candidates import as_text, candidates

_MOST = 2**30
_OF_THE_DEFAULT = 1
"""What a candidate gains by being the default layout, and no mark of the files."""

_BUILT = "the sizes that the cell was built with"


def undeclared(
    paths: Sequence[str], source: Layout | None, input_size: int | None, hidden_size: int | None, options: Options
) -> CsvLstmError:
    """Refuse to guess the sizes of a cell, and say which of them its files fit.

    Raises CsvLstmError itself where a file cannot be read.
    """
    for path in paths:
        if path != STANDARD_INPUT and not os.path.exists(path):
            # Refuses what is not there in the words of every command.
            read_source(path)
    sizes = {"input_size": input_size, "hidden_size": hidden_size}
    missing = [argument(**{name: ...}) for name, size in sizes.items() if size is None]
    found = f"{' and '.join(missing)} {'are' if len(missing) > 1 else 'is'} not declared"
    inspect = f"csvlstm inspect {shlex.join(paths)} tells more"
    could_be = candidates(paths, options, _MOST)
    fitting = [one for one in could_be if source in (None, one.layout)]
    if not fitting or fitting[0].score + _OF_THE_DEFAULT < could_be[0].score:
        return CsvLstmError("; ".join([found, *as_text(could_be)]), expected=_BUILT, advice=inspect)
    ways = [f"{argument(**one.sizes._asdict())} as {one.words}" for one in fitting if _agrees(one.sizes, sizes)]
    names = " and ".join(paths)
    if not ways:
        shown = " or ".join(argument(**one.sizes._asdict()) for one in fitting)
        return CsvLstmError(f"{found}, and {names} fit only {shown}", expected=_BUILT, advice=inspect)
    return CsvLstmError(found, expected=f"{_BUILT}: {names} fit {', or '.join(ways)}", advice=inspect)


def _agrees(fitting: Sequence[int], declared: dict[str, int | None]) -> bool:
    return all(size in (None, one) for one, size in zip(fitting, declared.values(), strict=True))
