"""The work of `csvlstm check`: read both sides of each cell, compare them, and name what is wrong."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from ..converted.blocks import Origin
from ..converted.sets import as_it_lies, read_converted
from ..layouts.plan import Plan
from ..layouts.references import Array
from ..network.topology import Cell, Flow, Network, read_cell
from ..numbers.copies import Seen
from ..numbers.damage import warnings_of
from ..progress import Bar, no_bar
from ..reading.shapes import DEFAULTS, Options
from ..reading.tables import WeightSet
from ..verdict.behaviour import EXACT, FLOAT32, Behaviour, Run, Slack, compare_behaviour, run_export, saturated
from ..verdict.comparison import compare_converted, fit_shapes
from ..verdict.diagnosis import diagnose
from ..verdict.equivalence import Result
from ..verdict.listing import misled
from ..verdict.model import DEFAULT_ACTIVATIONS, Activations, Model, Weights
from ..verdict.report import CellReport, Report
from ..verdict.results import DIFFERENT, IDENTICAL, WITHIN_TOLERANCE, BlockResult
from ..verdict.translated import translated

if TYPE_CHECKING:
    from ..verdict.recording import Recording
    from ..verdict.replay import Replay


class Check(NamedTuple):
    """The request of `csvlstm check`; `recorded` are the files of the inputs and the outputs of a recorded run.

    `options` are about the export, `set_options` about the converted set, `activations` are those of the original.
    """

    network: Network
    directory: str
    options: Options = DEFAULTS
    tolerance: Slack = EXACT
    seed: int = 0
    recorded: tuple[str, str] | None = None
    strict: bool = False
    set_options: Options = DEFAULTS
    activations: Activations = DEFAULT_ACTIVATIONS


Sides = tuple[Plan, WeightSet, WeightSet]
"""What the check of a cell looks at: the plan, the export, and the converted set."""


def _unseen(sides: Sides) -> None:
    """Look at nothing."""


def check_files(request: Check, bar: Bar = no_bar, look: Callable[[Sides], None] = _unseen) -> Report:
    """Compare the converted set of a directory with the export, and name what is wrong in it.

    `look` is shown both sides of each cell while they are in memory.

    Raises CsvLstmError where a file cannot be read, the export or the recording is not what was declared, or `strict`
    allows no damage and the export has some.
    """
    request = request._replace(network=as_it_lies(request.network, request.directory))
    network, recording = request.network, _recording(request)
    reports, weights, flow, seen = list[CellReport](), list[Weights](), Flow(network), Seen()
    with bar(network.weights, "weights") as advance:
        for cell, x in flow:
            checked = _check(request, cell, seen, x, look)
            flow.give(checked.outputs)
            reports.append(checked.report)
            # Only a recorded run needs the weights of all cells at once.
            weights += [checked.weights] if checked.weights else []
            advance(cell.sizes.weights)
            del checked
    findings = misled(request.directory, network)
    replay = _replay(request, weights, recording) if recording else None
    return Report("check", network, reports, findings=findings, replay=replay)


def _recording(request: Check) -> "Recording | None":
    if request.recorded is None:
        return None
    # What judges a recorded run is imported where there is one: it takes longer than to check a small layer.
    from ..verdict.recording import read_recording

    return read_recording(*request.recorded, request.network)


def _replay(request: Check, weights: list[Weights], recording: "Recording") -> "Replay":
    from ..verdict.replay import replay

    return replay(Model(request.network, weights), recording, request.activations)


class _Checked(NamedTuple):
    """A checked cell: its report, its outputs [steps, H] on the export's side, and its weights for a recorded run."""

    report: CellReport
    outputs: Array
    weights: Weights | None


def _check(request: Check, cell: Cell, seen: Seen, x: Array | None, look: Callable[[Sides], None]) -> _Checked:
    export = read_cell(cell, request.options)
    plan = cell.plan
    converted = read_converted(cell.folder_in(request.directory), Origin(plan, export), request.set_options)
    warnings = warnings_of(export, cell.forget_bias, seen, allowed=not request.strict)
    fitting = fit_shapes(plan, converted)
    weights = translated(cell, export.values, fitting) if request.recorded else None
    look((plan, export, converted))
    blocks = compare_converted(plan, export, converted, request.tolerance)
    run = run_export(export, cell.forget_bias, request.seed, x)
    warnings += saturated(run, export, allowed=not request.strict)
    behaviour = _behave(request, cell, export, run, fitting, blocks) if fitting else None
    wrong = list(dict.fromkeys(block.part for block in blocks if block.verdict == DIFFERENT))
    findings = diagnose(plan, export, converted, wrong, request.tolerance)
    report = CellReport(cell, Result(blocks, behaviour), export.recognised, findings, warnings)
    return _Checked(report, run.outputs, weights)


def _behave(
    request: Check, cell: Cell, export: WeightSet, run: Run, weights: dict[str, Array], blocks: list[BlockResult]
) -> Behaviour:
    """Compare what both sides compute, as exactly as the numbers of the blocks are the same."""
    levels = {block.verdict for block in blocks}
    slack = FLOAT32 if levels - {IDENTICAL} else EXACT
    if WITHIN_TOLERANCE in levels:
        slack = Slack(max(slack.absolute, request.tolerance.absolute), max(slack.relative, request.tolerance.relative))
    return compare_behaviour(run, export, cell.plan, weights, cell.forget_biases, slack)
