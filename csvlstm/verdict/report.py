"""What a command found, in the words of the JSON report, of the CSV table, and of the summary for a person."""

import math
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import __version__
from ..errors import plural
from ..names import grouped
from ..network.topology import Cell, Network
from ..numbers.layout_marks import also_fitting
from .carried import biases_as_text, loading_as_text
from .equivalence import Result
from .results import DIFFERENT, LEVELS, WITHIN_TOLERANCE, BlockResult
from .shown import aligned, as_html, csv_text, frame
from .telling import recorded_as_json, recorded_as_text

if TYPE_CHECKING:
    from pandas import DataFrame

    from ..numbers.damage import Damage
    from .diagnosis import Finding
    from .replay import Replay

_COLUMNS = ("part", "gate", "cells", "differing", "max_difference", "first_source", "first_target", "verdict")


class CellReport(NamedTuple):
    """What was found of one cell: the verdict, how its files were read, what is wrong in its converted set."""

    cell: Cell
    result: Result
    recognised: list[str]
    findings: "Sequence[Finding]" = ()
    warnings: "Sequence[Damage]" = ()


class Report(NamedTuple):
    """What a command found: the verdict on each cell, what is wrong in the network as a whole, what was written.

    `weights` are those of a conversion as the loader of its target takes them, where they were requested.
    """

    command: str
    network: Network
    cells: Sequence[CellReport]
    written: Sequence[str] = ()
    was_there: bool = False
    findings: "Sequence[Finding]" = ()
    replay: "Replay | None" = None
    weights: Any = None

    @property
    def verdict(self) -> str:
        """The verdict on the numbers: the worst of the cells."""
        return max((cell.result.verdict for cell in self.cells), key=LEVELS.index)

    @property
    def equivalent(self) -> bool:
        """Whether the converted set may be used in place of the export, and does what was recorded."""
        return not self.is_different and (self.replay is None or self.replay.agrees)

    @property
    def is_different(self) -> bool:
        """Whether anything shows that it may not be used; where nothing does, a recorded run may show too little."""
        contradicted = self.replay is not None and self.replay.contradicts
        return self.verdict == DIFFERENT or contradicted or bool(self.findings)

    @property
    def warnings(self) -> "list[Damage]":
        """The damage that shows in the exports of all cells."""
        return [damage for cell in self.cells for damage in cell.warnings]

    @property
    def blocks(self) -> list[BlockResult]:
        """The blocks of all cells."""
        return [block for cell in self.cells for block in cell.result.blocks]

    def to_dict(self) -> dict[str, Any]:
        """Give the report by the names of the contract, as JSON has it."""
        return as_json(self)

    def to_frame(self) -> "DataFrame":
        """Give the blocks as a DataFrame, one row a block."""
        return frame(*_table(self))

    def __repr__(self) -> str:
        """Say in one line what was found."""
        return f"<csvlstm {self.command}: {_exact(self)}>"

    def _repr_html_(self) -> str:
        """Give what a notebook shows: the verdict, and the blocks."""
        return as_html(_exact(self), *_table(self))


def as_json(report: Report) -> dict[str, Any]:
    """Give a report by the names of the contract, the same in every command."""
    return {
        "command": report.command,
        "version": __version__,
        "verdict": report.verdict,
        "equivalent": report.equivalent,
        "source": report.network.cells[0].layout.key,
        "target": report.network.cells[0].target.key,
        "forget_bias": report.network.forget_bias,
        "layers": [_cell_as_json(cell) for cell in report.cells],
        "findings": [finding(one) for one in report.findings],
        "recorded_run": recorded_as_json(report.replay) if report.replay else None,
        "recognised": _recognised(report),
        "warnings": [warning(damage) for damage in report.warnings],
    }


def _cell_as_json(report: CellReport) -> dict[str, Any]:
    cell, behaviour = report.cell, report.result.behaviour
    return {
        "layer": cell.layer or None,
        "direction": cell.direction or None,
        **cell.sizes._asdict(),
        "forget_bias": cell.forget_bias,
        "verdict": report.result.verdict,
        "max_difference": behaviour.max_difference if behaviour else None,
        "blocks": [block._asdict() for block in report.result.blocks],
        "findings": [finding(one) for one in report.findings],
    }


def warning(damage: "Damage") -> dict[str, Any]:
    """Give a warning by the names of the contract; `first` is the address of its first cell."""
    place = {"file": damage.place.file, "first": damage.place.address or None}
    return {"kind": damage.kind, **place, "cells": damage.cells, "sentence": str(damage)}


def finding(found: "Finding") -> dict[str, Any]:
    """Give a finding by the names of the contract."""
    alternatives = [[mistake._asdict() for mistake in mistakes] for mistakes in found.alternatives]
    return {"parts": list(found.parts), "alternatives": alternatives, "sentence": str(found)}


def as_csv(report: Report) -> str:
    """Give the blocks as a CSV table, one row a block."""
    return csv_text(*_table(report))


def _table(report: Report) -> tuple[Sequence[str], list[Sequence[object]]]:
    rows = [(cell.layer, cell.direction, *block) for cell, result, *_ in report.cells for block in result.blocks]
    return ("layer", "direction", *BlockResult._fields), [*rows]


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
    lines = recognised_as_text(_recognised(report), verbose)
    lines += [
        *_also_fitting(report),
        _exact(report),
        *_differing(report),
        _behaviour(report),
        *_mistakes(report, verbose),
    ]
    lines += recorded_as_text(report.replay) if report.replay else []
    lines += [_written(report), *loading_as_text(report.network, report.written[-1])] if report.written else []
    return "\n".join(lines)


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


def _recognised(report: Report) -> list[str]:
    return [found for cell in report.cells for found in cell.recognised]


def recognised_as_text(found: Iterable[str], verbose: bool = False) -> list[str]:
    """Say what was recognised in files, once where it is the same in many of them.

    >>> recognised_as_text(f"{name}.csv: header row" for name in "abc")
    ['recognised 3 files: header row']
    """
    parts = (one.rpartition(": ") for one in found)
    return [f"recognised {line}" for line in grouped(((name, words) for name, _, words in parts), "files", verbose)]


def _exact(report: Report) -> str:
    cells, differing = (sum(getattr(block, name) for block in report.blocks) for name in ("cells", "differing"))
    network = f" of {len(report.cells)} LSTM {plural(len(report.cells), 'cell')}" if report.network.has_folders else ""
    found = f"{report.verdict}: {differing} of {cells} cells differ in {len(report.blocks)} blocks{network}"
    return found + "".join(f", {words}" for words in biases_as_text(report.network))


def _differing(report: Report) -> list[str]:
    """Name the blocks that differ, where no table shows them."""
    if report.command == "check":
        return []
    return [
        f"different: {block.differing} of {block.cells} {plural(block.cells, 'cell')} of {block.part}, "
        f"gate {block.gate}: "
        f"{block.target_file} {block.target_range} is not {block.source_file} {block.source_range}, "
        f"by up to {block.max_difference:.3g}"
        for block in report.blocks
        if block.differing
    ]


def _behaviour(report: Report) -> str:
    """Say whether both sides agree, and of the cell where rounding explains least by how much they do not.

    The digits of rounding itself are those of a processor, and stand in JSON alone.
    """
    found = [cell.result.behaviour for cell in report.cells if cell.result.behaviour]
    if not found:
        return "behaviour not checked"
    worst = max(found, key=lambda behaviour: behaviour.rounding)
    steps = f"{worst.steps} steps"
    if report.network.has_folders:
        steps += f" of each of {len(found)} LSTM {plural(len(found), 'cell')}"
    if not worst.equivalent:
        return f"behaviour: both cells differ by more than {_times(worst.rounding)}rounding explains over {steps}"
    within = "within the tolerance" if report.verdict == WITHIN_TOLERANCE else "to rounding"
    return f"behaviour: both cells agree {within} over {steps}"


def _times(share: float) -> str:
    """Give the power of ten below a share of what rounding explains: the other digits may be those of a processor."""
    power = 10.0 ** math.floor(math.log10(min(share, sys.float_info.max)))
    return f"{power:g} times what " if power > 1 else ""


def _written(report: Report) -> str:
    did = "already there, and the same:" if report.was_there else "wrote"
    if not report.network.is_listed:
        return f"{did} {', '.join(report.written)}"
    *files, manifest = report.written
    return f"{did} {manifest} and the {len(files)} files that it lists"
