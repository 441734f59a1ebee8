"""The work behind `csvlstm convert`, from files to files: read, convert, check, and only then write."""

from typing import NamedTuple

from .behaviour import compare_behaviour
from .convert import Store, convert_bias_text, convert_text, convert_values, in_memory
from .damage import damage_of
from .equivalence import Result
from .exact import compare_blocks
from .layout import PARTS, Sizes
from .outputs import refuse_outputs, staging
from .parsing import Text
from .report import Report
from .shapes import Options
from .tables import Export, read_export


class Conversion(NamedTuple):
    """What `csvlstm convert` was asked for; without a `directory` nothing is written."""

    kernel: str
    bias: str
    sizes: Sizes
    options: Options = Options()
    forget_bias: float = 1.0
    directory: str | None = None
    force: bool = False
    behaviour: bool = True
    seed: int = 0
    strict: bool = False


def convert_files(asked: Conversion) -> tuple[Report, dict[str, Text]]:
    """Convert the files of one cell, check the result, and write it where it is equivalent.

    Gives the report and the texts of the converted set. Raises CsvLstmError where an input cannot be read as what was
    declared, an output cannot be written, or `strict` allows no damage and there is some.
    """
    export = read_export(asked.kernel, asked.bias, asked.sizes, asked.options)
    if asked.directory is None:
        return _convert(asked, export, in_memory)
    identities = [export.kernel.identity, export.bias.identity]
    refuse_outputs(asked.directory, [f"{part}.csv" for part in PARTS], identities, asked.force)
    with staging(asked.directory, asked.force) as files:
        report, texts = _convert(asked, export, files.store)
        written = files.publish() if report.result.equivalent else []
    return report._replace(written=written), texts


def _convert(asked: Conversion, export: Export, store: Store) -> tuple[Report, dict[str, Text]]:
    warnings = damage_of(export.kernel, export.bias, allowed=not asked.strict)
    bias_text = convert_bias_text(export.bias, asked.forget_bias)
    values = convert_values(export, bias_text)
    texts = convert_text(export, bias_text, store)
    blocks = compare_blocks(export, texts, values, asked.forget_bias, asked.directory or "")
    behaviour = compare_behaviour(export, values, asked.forget_bias, asked.seed) if asked.behaviour else None
    result = Result(export.sizes, blocks, behaviour)
    return Report("convert", asked.forget_bias, export, result, warnings=warnings), texts
