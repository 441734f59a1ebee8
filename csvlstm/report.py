"""What a command found, in the words of the JSON report, of the CSV table, and of the summary for a person."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from . import __version__
from .equivalence import Result
from .results import BlockResult
from .tables import Export

if TYPE_CHECKING:
    from .damage import Damage
    from .diagnosis import Finding
    from .recording import Replay

_COLUMNS = ("part", "gate", "cells", "differing", "max_difference", "first_source", "first_target", "verdict")


class Report(NamedTuple):
    """What a command found: the verdict on a layer, what is wrong in it, how its files were read, what was written."""

    command: str
    forget_bias: float
    export: Export
    result: Result
    written: Sequence[str] = ()
    findings: "Sequence[Finding]" = ()
    replay: "Replay | None" = None
    warnings: "Sequence[Damage]" = ()

    @property
    def equivalent(self) -> bool:
        """Whether the converted set may be used in place of the export, and does what was recorded."""
        return self.result.equivalent and (self.replay is None or self.replay.agrees is not False)


def as_json(report: Report) -> dict[str, Any]:
    """Give a report by the names of the contract, the same in every command."""
    sizes, blocks, behaviour = report.result
    return {
        "command": report.command,
        "version": __version__,
        "verdict": report.result.verdict,
        "equivalent": report.equivalent,
        "forget_bias": report.forget_bias,
        "layers": [
            {
                "layer": None,
                **sizes._asdict(),
                "max_difference": behaviour.max_difference if behaviour else None,
                "blocks": [block._asdict() for block in blocks],
                "findings": [_finding(finding) for finding in report.findings],
                "recorded_run": _replay(report.replay),
            }
        ],
        "recognised": _recognised(report.export),
        "warnings": [warning(damage) for damage in report.warnings],
    }


def warning(damage: "Damage") -> dict[str, Any]:
    """Give a warning by the names of the contract; `first` is the address of its first cell."""
    place = {"file": damage.place.file, "first": damage.place.address or None}
    return {"kind": damage.kind, **place, "cells": damage.cells, "sentence": str(damage)}


def _finding(finding: "Finding") -> dict[str, Any]:
    alternatives = [[mistake._asdict() for mistake in mistakes] for mistakes in finding.alternatives]
    return {"parts": list(finding.parts), "alternatives": alternatives, "sentence": str(finding)}


def _replay(replay: "Replay | None") -> dict[str, Any] | None:
    if replay is None:
        return None
    fitting = replay.fitting._asdict() if replay.fitting else None
    return {**replay._asdict(), "fitting": fitting, "agrees": replay.agrees}


def as_csv(report: Report) -> str:
    """Give the blocks as a CSV table, one row a block."""
    return csv_text(BlockResult._fields, report.result.blocks)


def csv_text(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Give rows below their head as CSV."""
    import csv
    import io

    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerows([head, *rows])
    return table.getvalue()


def as_table(report: Report) -> str:
    """Give the blocks as a table for a person, one row a block."""
    rows = [[_cell(getattr(block, name)) for name in _COLUMNS] for block in report.result.blocks]
    head = ["part", "gate", "cells", "differing", "largest difference", "first in export", "first here", "verdict"]
    return aligned([head, *rows])


def aligned(rows: list[list[str]]) -> str:
    """Give rows as a table for a person, each column as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def _cell(value: object) -> str:
    return "-" if value is None else f"{value:.3g}" if isinstance(value, float) else str(value)


def as_text(report: Report) -> str:
    """Give the summary: what was recognised, the verdict with its figures, what is wrong, and what was written."""
    lines = [f"recognised {found}" for found in _recognised(report.export)]
    lines += [_exact(report), *_differing(report), _behaviour(report.result)]
    lines += [f"mistake {finding}" for finding in report.findings]
    lines += _recorded(report) if report.replay else []
    lines += [f"wrote {', '.join(report.written)}"] if report.written else []
    return "\n".join(lines)


def _recognised(export: Export) -> list[str]:
    return [f"{table.name}: {', '.join(table.recognised)}" for table in export[1:] if table.recognised]


def _exact(report: Report) -> str:
    blocks = report.result.blocks
    cells, differing = sum(block.cells for block in blocks), sum(block.differing for block in blocks)
    added = f", forget bias {report.forget_bias!r} added to {report.export.sizes.hidden_size} of them"
    found = f"{report.result.verdict}: {differing} of {cells} cells differ in {len(blocks)} blocks"
    return found + (added if report.forget_bias else "")


def _differing(report: Report) -> list[str]:
    """Name the blocks that differ, where no table shows them."""
    if report.command == "check":
        return []
    return [
        f"different: {block.differing} of {block.cells} cells of {block.part}, gate {block.gate}: "
        f"{block.target_file} {block.target_range} is not {block.source_file} {block.source_range}, "
        f"by up to {block.max_difference:.3g}"
        for block in report.result.blocks
        if block.differing
    ]


def _behaviour(result: Result) -> str:
    if result.behaviour is None:
        return "behaviour not checked"
    steps, difference, rounding = result.behaviour
    judged = "rounding explains it" if result.behaviour.equivalent else f"{rounding:.3g} times what rounding explains"
    return f"behaviour: the states of both cells differ by at most {difference:.2g} over {steps} steps; {judged}"


def _recorded(report: Report) -> list[str]:
    replay = report.replay
    assert replay is not None
    if not replay.comparable_steps:
        return ["recorded run: no step can be compared, float32 and float64 part at the first"]
    later = replay.steps - replay.comparable_steps
    beyond = f"; the {later} steps behind them are beyond float32" if later else ""
    compared = f"{replay.comparable_steps} of {replay.steps} steps compared{beyond}"
    lines = [
        f"recorded run: the {side} differs from it by at most {difference:.2g}, {compared}"
        for side, difference in (("export", replay.tf1_difference), ("converted set", replay.keras_difference))
        if difference is not None
    ]
    if replay.fitting:
        lines.append(f"recorded run: it fits {replay.fitting}")
    elif replay.tf1_agrees:
        verdict = "fits the export" if replay.agrees else "fits the export, and not the converted set"
        lines.append(f"recorded run: it {verdict}")
    else:
        lines.append("recorded run: no forget bias from -10 to 20 and no activation that was tried explains it")
    return lines
