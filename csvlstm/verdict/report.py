"""What a command found, as data, in the names of the JSON report and of the CSV table."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import __version__
from ..errors import plural
from ..network.topology import Cell, Network
from .carried import biases_as_text
from .equivalence import Result
from .results import DIFFERENT, LEVELS, BlockResult, Totals
from .shown import as_html, csv_text, frame

if TYPE_CHECKING:
    from pandas import DataFrame

    from ..numbers.damage import Damage
    from .diagnosis import Finding
    from .replay import Replay

_COLUMNS = (
    *("layer", "direction", "part", "gate"),
    *("source_file", "source_range", "source_sha256", "target_file", "target_range", "target_sha256"),
    *("cells", "source_sum", "target_sum", "expected_difference", "differing", "equal_as_float32", "max_difference"),
    *("first_source", "first_target", "verdict", "note"),
)
"""The columns of audit.csv; the table of a check has those that are no control totals."""

_OF_LAYER = ("layer", "direction")


class CellReport(NamedTuple):
    """What was found of one cell: the verdict, how its files were read, what is wrong in its converted set.

    `totals` are the control totals of its blocks, which only an audit takes.
    """

    cell: Cell
    result: Result
    recognised: list[str]
    findings: "Sequence[Finding]" = ()
    warnings: "Sequence[Damage]" = ()
    totals: Sequence[Totals] = ()

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each block by the names of the contract, with its control totals where they were taken."""
        blocks = [block._asdict() for block in self.result.blocks]
        if not self.totals:
            return blocks
        return [block | totals._asdict() for block, totals in zip(blocks, self.totals, strict=True)]


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
    def is_audit(self) -> bool:
        """Whether control totals were taken, in place of the behaviour half and of a diagnosis."""
        return any(cell.totals for cell in self.cells)

    @property
    def warnings(self) -> "list[Damage]":
        """The damage that shows in the exports of all cells."""
        return [damage for cell in self.cells for damage in cell.warnings]

    @property
    def recognised(self) -> list[str]:
        """How the files of all cells were read."""
        return [found for cell in self.cells for found in cell.recognised]

    @property
    def blocks(self) -> list[BlockResult]:
        """The blocks of all cells."""
        return [block for cell in self.cells for block in cell.result.blocks]

    @property
    def columns(self) -> list[str]:
        """The names of the columns of the table of blocks."""
        return [name for name in _COLUMNS if self.is_audit or name not in Totals._fields]

    @property
    def rows(self) -> Iterator[list[Any]]:
        """The rows of the table of blocks, one a block."""
        columns = self.columns
        for cell in self.cells:
            of_layer = dict(zip(_OF_LAYER, (cell.cell.layer, cell.cell.direction), strict=True))
            yield from ([(of_layer | row)[name] for name in columns] for row in cell.rows)

    @property
    def sentence(self) -> str:
        """The verdict with its figures."""
        cells, differing = (sum(getattr(block, name) for block in self.blocks) for name in ("cells", "differing"))
        of_them = f" of {len(self.cells)} LSTM {plural(len(self.cells), 'cell')}" if self.network.has_folders else ""
        found = f"{self.verdict}: {differing} of {cells} cells differ in {len(self.blocks)} blocks{of_them}"
        return found + "".join(f", {words}" for words in biases_as_text(self.network))

    def to_dict(self) -> dict[str, Any]:
        """Give the report by the names of the contract, as JSON has it."""
        return as_json(self)

    def to_frame(self) -> "DataFrame":
        """Give the blocks as a DataFrame, one row a block."""
        return frame(self.columns, [*self.rows])

    def __repr__(self) -> str:
        """Say in one line what was found."""
        return f"<csvlstm {self.command}: {self.sentence}>"

    def _repr_html_(self) -> str:
        """Give what a notebook shows: the verdict, and the blocks."""
        return as_html(self.sentence, self.columns, [*self.rows])


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
        **({} if report.is_audit else {"recorded_run": _recorded_run(report)}),
        "recognised": report.recognised,
        "warnings": [warning(damage) for damage in report.warnings],
    }


def _recorded_run(report: Report) -> dict[str, Any] | None:
    if not report.replay:
        return None
    # Imported where there is a recorded run, as is all that judges it.
    from .telling import recorded_as_json

    return recorded_as_json(report.replay)


def _cell_as_json(report: CellReport) -> dict[str, Any]:
    cell, behaviour = report.cell, report.result.behaviour
    said = {
        "layer": cell.layer or None,
        "direction": cell.direction or None,
        **cell.sizes._asdict(),
        "forget_bias": cell.forget_bias,
        "verdict": report.result.verdict,
    }
    if report.totals:
        names = [name for name in _COLUMNS if name not in _OF_LAYER]
        return {**said, "blocks": [{name: row[name] for name in names} for row in report.rows]}
    largest = behaviour.max_difference if behaviour else None
    findings = [finding(one) for one in report.findings]
    return {**said, "max_difference": largest, "blocks": report.rows, "findings": findings}


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
    return csv_text(report.columns, [*report.rows])
