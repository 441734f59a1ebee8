"""What a command found, in the words of the JSON report and of the summary for a person."""

from typing import Any, NamedTuple

from . import __version__
from .equivalence import Result
from .exact import BlockResult
from .tables import Export


class Report(NamedTuple):
    """What a command found: the verdict on a layer, how its files were read, and which files it wrote."""

    command: str
    forget_bias: float
    export: Export
    result: Result
    written: list[str]


def as_json(report: Report) -> dict[str, Any]:
    """Give a report by the names of the contract, the same in every command."""
    sizes, blocks, behaviour = report.result
    return {
        "command": report.command,
        "version": __version__,
        "verdict": report.result.verdict,
        "equivalent": report.result.equivalent,
        "forget_bias": report.forget_bias,
        "layers": [
            {
                "layer": None,
                **sizes._asdict(),
                "max_difference": behaviour.max_difference if behaviour else None,
                "blocks": [block._asdict() for block in blocks],
            }
        ],
        "recognised": _recognised(report.export),
        "warnings": [],
    }


def as_text(report: Report) -> str:
    """Give the summary: what was recognised, the verdict with its figures, and what was written."""
    lines = [f"recognised {found}" for found in _recognised(report.export)]
    lines += [_exact(report), *_differing(report.result.blocks), _behaviour(report.result)]
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


def _differing(blocks: list[BlockResult]) -> list[str]:
    return [
        f"different: {block.differing} of {block.cells} cells of {block.part}, gate {block.gate}: "
        f"{block.target_file} {block.target_range} is not {block.source_file} {block.source_range}, "
        f"by up to {block.max_difference:.3g}"
        for block in blocks
        if block.differing
    ]


def _behaviour(result: Result) -> str:
    if result.behaviour is None:
        return "behaviour not checked"
    steps, difference, rounding = result.behaviour
    judged = "rounding explains it" if result.behaviour.equivalent else f"{rounding:.3g} times what rounding explains"
    return f"behaviour: the states of both cells differ by at most {difference:.2g} over {steps} steps; {judged}"
