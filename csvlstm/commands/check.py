"""The work of `csvlstm check`: read both sides of each cell, compare them, and name what is wrong."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from ..converted.sets import DEFAULT_READING, Reading, Sides, as_it_lies, read_sides
from ..layouts.references import Array
from ..network.topology import Cell, Flow, Network
from ..numbers.copies import Seen
from ..progress import Bar, no_bar
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
    from .check_page import CheckPage


class Check(NamedTuple):
    """The request of `csvlstm check`; `recorded` are the files of the inputs and the outputs of a recorded run.

    `activations` are those of the original. Where there is a `page`, it is written there; `force` may replace one.
    """

    network: Network
    directory: str
    reading: Reading = DEFAULT_READING
    tolerance: Slack = EXACT
    seed: int = 0
    recorded: tuple[str, str] | None = None
    activations: Activations = DEFAULT_ACTIVATIONS
    page: str | None = None
    force: bool = False


def check_files(request: Check, bar: Bar = no_bar) -> Report:
    """Compare the converted set of a directory with the export, name what is wrong in it, and write the page of it.

    Raises CsvLstmError where a file cannot be read, the export or the recording is not what was declared, `strict`
    allows no damage and the export has some, or the page cannot be written.
    """
    page = _page(request)
    request = request._replace(network=as_it_lies(request.network, request.directory))
    report = _check_cells(request, bar, page.look if page else _unseen)
    if not page:
        return report
    return report._replace(written=page.write(report))


def _page(request: Check) -> "CheckPage | None":
    if request.page is None:
        return None
    # What draws a page is imported where there is one.
    from .check_page import CheckPage

    return CheckPage(request.page, request.network, request.directory, request.force)


def _unseen(sides: Sides) -> None:
    """Look at nothing."""


def _check_cells(request: Check, bar: Bar, look: Callable[[Sides], None]) -> Report:
    """Check cell by cell; `look` is shown both sides of each while they are in memory."""
    network, recording = request.network, _recording(request)
    reports, weights, flow, seen = list[CellReport](), list[Weights](), Flow(network), Seen()
    with bar(network.weights, "weights") as advance:
        for cell, x in flow:
            sides = read_sides(cell, request.directory, request.reading, seen)
            look(sides)
            checked = _check(request, sides, x)
            flow.give(checked.outputs)
            reports.append(checked.report)
            # Only a recorded run needs the weights of all cells at once.
            weights += [checked.weights] if checked.weights else []
            advance(cell.sizes.weights)
            # What is still named while the next cell is read would stay in memory beside it.
            del checked, sides
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


def _check(request: Check, sides: Sides, x: Array | None) -> _Checked:
    cell, export, converted, warnings = sides
    plan = cell.plan
    fitting = fit_shapes(plan, converted)
    weights = translated(cell, export.values, fitting) if request.recorded else None
    blocks = compare_converted(plan, export, converted, request.tolerance)
    run = run_export(export, cell.forget_bias, request.seed, x)
    warnings = warnings + saturated(run, export, allowed=not request.reading.strict)
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
