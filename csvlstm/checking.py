"""The work behind `csvlstm check`: read both sides, compare them, and name what is wrong."""

from typing import NamedTuple

from .behaviour import EXACT, FLOAT32, Behaviour, Slack, compare_behaviour
from .cells import Array
from .comparison import compare_converted, fit_shapes
from .converted import read_converted
from .damage import damage_of
from .diagnosis import diagnose
from .equivalence import Result
from .layout import Sizes
from .recording import read_recording, replay
from .report import Report
from .results import DIFFERENT, IDENTICAL, WITHIN_TOLERANCE, BlockResult
from .shapes import DEFAULTS, Options
from .tables import Export, read_export


class Check(NamedTuple):
    """What `csvlstm check` was asked for; `recorded` are the files of the inputs and the outputs of a recorded run."""

    kernel: str
    bias: str
    directory: str
    sizes: Sizes
    options: Options = DEFAULTS
    forget_bias: float = 1.0
    tolerance: Slack = EXACT
    seed: int = 0
    recorded: tuple[str, str] | None = None
    strict: bool = False


def check_files(asked: Check) -> Report:
    """Compare the converted set of a directory with the export, and name what is wrong in it.

    Raises CsvLstmError where a file cannot be read, the export or the recording is not what was declared, or `strict`
    allows no damage and the export has some.
    """
    export = read_export(asked.kernel, asked.bias, asked.sizes, asked.options)
    converted = read_converted(asked.directory)
    recording = read_recording(*asked.recorded, asked.sizes) if asked.recorded else None
    warnings = damage_of(export.kernel, export.bias, allowed=not asked.strict)
    blocks = compare_converted(export, converted, asked.forget_bias, asked.tolerance)
    wrong = list(dict.fromkeys(block.part for block in blocks if block.verdict == DIFFERENT))
    weights = fit_shapes(converted, asked.sizes)
    return Report(
        "check",
        asked.forget_bias,
        export,
        Result(export.sizes, blocks, _behave(asked, export, weights, blocks) if weights else None),
        findings=diagnose(export, converted, wrong, asked.forget_bias, asked.tolerance),
        replay=replay(export, weights, recording, asked.forget_bias) if recording else None,
        warnings=warnings,
    )


def _behave(asked: Check, export: Export, weights: dict[str, Array], blocks: list[BlockResult]) -> Behaviour:
    """Compare what both sides compute, as exactly as the numbers of the blocks are the same."""
    levels = {block.verdict for block in blocks}
    slack = FLOAT32 if levels - {IDENTICAL} else EXACT
    if WITHIN_TOLERANCE in levels:
        slack = Slack(max(slack.absolute, asked.tolerance.absolute), max(slack.relative, asked.tolerance.relative))
    return compare_behaviour(export, weights, asked.forget_bias, asked.seed, slack)
