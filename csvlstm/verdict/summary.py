"""What a command found, in the words of the summary for a person."""

import math
import sys
from collections.abc import Iterable

from ..errors import plural
from ..names import grouped
from ..numbers.layout_marks import also_fitting
from .carried import loading_as_text
from .equivalence import Result
from .report import Report
from .results import DIFFERENT, WITHIN_TOLERANCE, BlockResult
from .shown import aligned

_COLUMNS = ("part", "gate", "cells", "differing", "max_difference", "first_source", "first_target", "verdict")


def as_table(report: Report, verbose: bool = False) -> str:
    """Give the blocks as a table for a person, one row a block; of a network one row a layer that is right."""
    head = ["part", "gate", "cells", "differing", "largest difference", "first in export", "first here", "verdict"]
    if not report.network.has_folders:
        return aligned([head, *map(_row, report.blocks)])
    rows = [[cell.cell.folder, *row] for cell in report.cells for row in _rows(cell.result, verbose)]
    return aligned([["layer", *head], *rows])


def _rows(result: Result, verbose: bool) -> list[list[str]]:
    """Give the rows of a layer: all its blocks, or those that differ; where none does, one for all."""
    if verbose:
        return [*map(_row, result.blocks)]
    if result.verdict == DIFFERENT:
        return [_row(block) for block in result.blocks if block.verdict == DIFFERENT]
    cells, differing = (sum(getattr(block, name) for block in result.blocks) for name in ("cells", "differing"))
    largest = max(block.max_difference or 0.0 for block in result.blocks)
    return [["all", "", *map(_shown, (cells, differing, largest, None, None)), result.verdict]]


def _row(block: BlockResult) -> list[str]:
    return [_shown(getattr(block, name)) for name in _COLUMNS]


def _shown(value: object) -> str:
    return "-" if value is None else f"{value:.3g}" if isinstance(value, float) else str(value)


def as_text(report: Report, verbose: bool = False) -> str:
    """Give the summary: what was recognised, the verdict with its figures, what is wrong, and what was written."""
    return "\n".join(
        [
            *recognised_as_text(report.recognised, verbose),
            *_also_fitting(report),
            report.sentence,
            *_differing(report),
            *_behaviour(report),
            *_mistakes(report, verbose),
            *_recorded_run(report),
            *_written(report),
        ]
    )


def _also_fitting(report: Report) -> list[str]:
    """Say which other layouts the files of a cell that was converted fit, where nothing shows which they have."""
    if report.command != "convert" or report.network.has_folders:
        return []
    (cell,) = report.network.cells
    others = also_fitting(cell.layout, cell.sizes, cell.paths)
    return [f"read as {cell.layout.framework}: the shapes fit {', and '.join(others)}, too"] if others else []


def _mistakes(report: Report, verbose: bool) -> list[str]:
    found = [(cell.cell.folder, str(one)) for cell in report.cells for one in cell.findings]
    if not report.network.has_folders:
        lines = [sentence for _, sentence in found]
    else:
        lines = grouped(((f"layer {folder}", sentence) for folder, sentence in found), "layers", verbose)
    return [f"mistake {line}" for line in [*lines, *map(str, report.findings)]]


def recognised_as_text(found: Iterable[str], verbose: bool = False) -> list[str]:
    """Say what was recognised in files, once where it is the same in many of them.

    >>> recognised_as_text(f"{name}.csv: header row" for name in "abc")
    ['recognised 3 files: header row']
    """
    parts = (one.rpartition(": ") for one in found)
    return [f"recognised {line}" for line in grouped(((name, words) for name, _, words in parts), "files", verbose)]


def _differing(report: Report) -> list[str]:
    """Name the blocks that differ, where no table shows them."""
    return [] if report.command == "check" else [_difference(block) for block in report.blocks if block.differing]


def _difference(block: BlockResult) -> str:
    gate = f", gate {block.gate}" if block.gate else ""
    target = f"{block.target_file} {block.target_range or '(of another shape)'}"
    by = "" if block.max_difference is None else f", by up to {block.max_difference:.3g}"
    cells = f"{block.differing} of {block.cells} {plural(block.cells, 'cell')} of {block.part}{gate}"
    return f"{block.verdict}: {cells}: {target} against {block.source_file} {block.source_range}{by}"


def _behaviour(report: Report) -> list[str]:
    """Say whether both sides agree, and of the cell where rounding explains least by how much they do not.

    No audit looks at that. The digits of rounding itself are those of a processor, and stand in JSON alone.
    """
    found = [cell.result.behaviour for cell in report.cells if cell.result.behaviour]
    if not found:
        return [] if report.is_audit else ["behaviour not checked"]
    worst = max(found, key=lambda behaviour: behaviour.rounding)
    steps = f"{worst.steps} steps"
    if report.network.has_folders:
        steps += f" of each of {len(found)} LSTM {plural(len(found), 'cell')}"
    if not worst.equivalent:
        return [f"behaviour: both cells differ by more than {_times(worst.rounding)}rounding explains over {steps}"]
    within = "within the tolerance" if report.verdict == WITHIN_TOLERANCE else "to rounding"
    return [f"behaviour: both cells agree {within} over {steps}"]


def _times(share: float) -> str:
    """Give the power of ten below a share of what rounding explains: the other digits may be those of a processor."""
    power = 10.0 ** math.floor(math.log10(min(share, sys.float_info.max)))
    return f"{power:g} times what " if power > 1 else ""


def _recorded_run(report: Report) -> list[str]:
    if not report.replay:
        return []
    # Imported where there is a recorded run, as is all that judges it.
    from .telling import recorded_as_text

    return recorded_as_text(report.replay)


def _written(report: Report) -> list[str]:
    """Say what was written, and of a converted set how it is loaded."""
    if not report.written or report.command == "check":
        return []
    did = "already there, and the same:" if report.was_there else "wrote"
    if report.is_audit:
        return [f"{did} {', '.join(report.written)}"]
    *files, last = report.written
    wrote = (
        f"{last} and the {len(files)} files that it lists" if report.network.is_listed else ", ".join(report.written)
    )
    return [f"{did} {wrote}", *loading_as_text(report.network, last)]
