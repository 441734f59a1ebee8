"""What `csvlstm inspect` found, in the words of its JSON object, of its CSV table, and of the summary for a person."""

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import __version__
from ..converted.targets import free_folder
from ..errors import CsvLstmError, plural
from ..layouts.entries import SOURCE
from ..layouts.gates import GATES
from ..reading.decimals import SIGNS
from ..reading.shapes import DEFAULTS, Options
from ..reading.sizes import Fit
from ..reading.sources import is_folder
from ..verdict.report import warning
from ..verdict.shown import aligned, as_html, csv_text, frame
from . import candidates
from .candidates import Candidate
from .inspect import KERNEL_OR_BIAS, MAX_BYTES, File, GateNumbers, Inspected, Inspection, inspect_cell, inspect_files

if TYPE_CHECKING:
    from pandas import DataFrame

    from ..numbers.damage import Damage

_MOST_SHOWN = 4
_INVISIBLE = {b"\t": "tab", b" ": "blanks"}
_NUMBERS = ("minimum", "mean", "maximum", "standard_deviation")


class Overview(NamedTuple):
    """What was found of files that no size was declared of: of a kernel with its bias, or of all files of a cell.

    `found` is None for other files of which nothing shows the layout, `could_be` lists what all of them fit, the
    likeliest first. `is_pair` where the files are a kernel, with its bias or alone.
    """

    files: Sequence[str]
    could_be: Sequence[Candidate]
    found: Inspected | None = None
    is_pair: bool = True

    @property
    def warnings(self) -> "Sequence[Damage]":
        """The damage that shows in the files."""
        return self.found.warnings if self.found else ()

    @property
    def gates(self) -> Sequence[GateNumbers]:
        """The figures of each gate."""
        return self.found.gates if self.found else ()

    def to_dict(self) -> dict[str, Any]:
        """Give what --json prints."""
        if self.found and self.is_pair:
            return as_json(self.found, self.could_be)
        return set_as_json(self.files, self.could_be, self.found)

    def to_frame(self) -> "DataFrame":
        """Give what --csv prints, one row a gate of a part, as a DataFrame."""
        return frame(GateNumbers._fields, self.gates)

    def __str__(self) -> str:
        """Give the summary."""
        if self.found and self.is_pair:
            return as_text(self.found, self.could_be)
        return set_as_text(self.files, self.could_be, self.found)

    def __repr__(self) -> str:
        """Say in one line what the files could be."""
        return f"<csvlstm inspect: {self._sentence()}>"

    def _repr_html_(self) -> str:
        """Give what a notebook shows: what the files could be, and the gates."""
        return as_html(self._sentence(), GateNumbers._fields, self.gates)

    def _sentence(self) -> str:
        return next(iter(candidates.as_text(self.could_be)), "could be: nothing that is known")


def look_over(files: Sequence[str], options: Options = DEFAULTS, max_bytes: int = MAX_BYTES) -> Overview:
    """Tell what files are before any size is declared: a kernel, or with its bias, all files of a cell, or its folder.

    Raises CsvLstmError where a file cannot be read, or holds anything but weights.

    >>> look_over(["sample_data/quirks/kernel_D1_H1.csv", "sample_data/quirks/bias_D1_H1.csv"]).found.fits[0].sizes
    Sizes(input_size=1, hidden_size=1)
    """
    if not files:
        raise CsvLstmError("no files are given", expected="the files of a cell")
    could_be = candidates.candidates(files, options, max_bytes)
    if len(files) > 2 or is_folder(files[0]):
        one = candidates.likeliest(could_be)
        shown = inspect_cell(one.files, one.cell, one.sizes, options) if one and one.cell else None
        return Overview(files, could_be, shown, is_pair=False)
    bias = files[1] if len(files) > 1 else None
    return Overview(files, could_be, inspect_files(Inspection(files[0], bias, options, max_bytes)))


def as_json(found: Inspected, could_be: Sequence[Candidate] = ()) -> dict[str, Any]:
    """Give what was found by the names of the contract."""
    return {
        "command": "inspect",
        "version": __version__,
        "files": [_file(file) for file in found.files],
        "sizes": [{**fit.sizes._asdict(), "transposed": fit.transposed} for fit in found.fits],
        "gates": [gate._asdict() for gate in found.gates],
        "undecided": _undecided(found, could_be),
        "could_be": candidates.as_json(could_be),
        "convert": _next(found, could_be),
        "recognised": found.recognised,
        "warnings": [warning(damage) for damage in found.warnings],
    }


def _file(file: File) -> dict[str, Any]:
    rows, columns, header_row, index_column, _ = file.grid
    cells = {"rows": rows, "columns": columns, "header_row": header_row, "index_column": index_column}
    return {"file": file.name, "holds": file.role, **cells, "digits": file.digits._asdict(), **file.spread._asdict()}


def as_csv(gates: Sequence[GateNumbers]) -> str:
    """Give the gates as a CSV table, one row a gate of a part."""
    return csv_text(GateNumbers._fields, gates)


def as_text(found: Inspected, could_be: Sequence[Candidate] = ()) -> str:
    """Give the summary: what was recognised, each file, the sizes, the gates, what is undecided, and what is next."""
    lines = [f"recognised {words}" for words in found.recognised]
    lines += [_described(file) for file in found.files]
    if found.gates:
        lines.append(f"{'sizes' if _is_sure(found) else 'likeliest sizes'}: {_sized(found.fits[0])}")
        lines.append(_table(found.gates))
    lines += candidates.as_text(could_be)
    lines += [f"undecided: {sentence}" for sentence in _undecided(found, could_be)]
    command = _next(found, could_be)
    return "\n".join([*lines, f"next: {command}"] if command else lines)


def set_as_text(files: Sequence[str], could_be: Sequence[Candidate], found: Inspected | None = None) -> str:
    """Say what the files of a cell, or the folder of them, are in figures, what they could be, and what is next."""
    pair = f"; csvlstm layers {shlex.join(files)} pairs the files of a network"
    nothing = f"could be: nothing that is known, {', '.join(files)} fit no LSTM cell together{pair}"
    command = candidates.command_line(could_be)
    lines = [f"recognised {words}" for words in found.recognised] if found else []
    lines += [*map(_described, found.files), _table(found.gates)] if found else []
    return "\n".join([*lines, *(candidates.as_text(could_be) or [nothing]), *([f"next: {command}"] if command else [])])


def set_as_json(files: Sequence[str], could_be: Sequence[Candidate], found: Inspected | None = None) -> dict[str, Any]:
    """Give what the files of a cell are, and what they could be, by the names of the contract."""
    return {
        "command": "inspect",
        "version": __version__,
        "files": [_file(file) for file in found.files] if found else [{"file": file} for file in files],
        "gates": [gate._asdict() for gate in found.gates] if found else [],
        "recognised": found.recognised if found else [],
        "warnings": [warning(damage) for damage in found.warnings] if found else [],
        "could_be": candidates.as_json(could_be),
        "convert": candidates.command_line(could_be),
    }


def _undecided(found: Inspected, could_be: Sequence[Candidate]) -> list[str]:
    """Say what the files do not show, of all that they could be, too."""
    parts = candidates.incomplete([file.argument for file in found.files])
    named = [f"what they are by their shapes; their names are those of {parts}"] if parts else []
    if could_be and found.fits and candidates.likeliest(could_be) is None:
        named.append(_which(candidates.likelier_than_all(could_be)))
    return [*named, *undecided(found)]


def _which(likelier: Candidate | None) -> str:
    if likelier is None:
        return "which of these the files are: no name, label or number shows it"
    return f"what to declare: names or numbers speak for {likelier.words}, which no layout takes"


def _next(found: Inspected, could_be: Sequence[Candidate]) -> str | None:
    """Give the conversion to type next; none where the files are as likely another layout's."""
    one = candidates.likeliest(could_be)
    if could_be and (one is None or one.layout is not SOURCE):
        return candidates.command_line(could_be)
    return command_line(found)


def _described(file: File) -> str:
    fewest, most, float32, _, smaller = file.digits
    digits = f"{most} {plural(most, 'digit')}" if fewest == most else f"{fewest} to {most} digits"
    kind = f"all {smaller or 'float32'}" if smaller or float32 else "not all float32"
    spread = f"from {file.spread.minimum:.3g} to {file.spread.maximum:.3g}"
    numbers = f"{file.grid} {plural(file.grid.cells, 'number')}"
    return f"{file.role} {file.name}: {numbers} of {digits}, {kind}, {spread}"


def _table(gates: Sequence[GateNumbers]) -> str:
    head = ["part", "gate", "where", "cells", *(name.replace("_", " ") for name in _NUMBERS)]
    rows = [
        [gate.part, gate.gate, gate.source_range, str(gate.cells), *(f"{getattr(gate, name):.3g}" for name in _NUMBERS)]
        for gate in gates
    ]
    return aligned([head, *rows])


def undecided(found: Inspected) -> list[str]:
    """Say in sentences what the files do not show."""
    first, sizes = found.files[0], _sizes(found)
    sentences = []
    if not sizes and first.role == "kernel":
        cells = " and ".join(f"{file.grid} {plural(file.grid.cells, 'cell')} of {file.name}" for file in found.files)
        sentences.append(f"the sizes, none fit {cells}; expected D + H rows of 4H cells and a bias of 4H values")
    if first.role == KERNEL_OR_BIAS:
        of = f"whether {first.name} is a flat kernel, or a bias of hidden size {_hidden_size(first)}"
        sentences.append(f"{of}; the other file would tell")
    if len(sizes) > 1:
        shown = [_sized(fit) for fit in sizes[:_MOST_SHOWN]]
        if len(sizes) > _MOST_SHOWN:
            shown.append(f"{len(sizes) - _MOST_SHOWN} {plural(len(sizes) - _MOST_SHOWN, 'other')}")
        alone = "; its bias would tell" if len(found.files) == 1 else ""
        sentences.append(f"the sizes, which may be {', or '.join(shown)}{alone}")
    sentences += found.others
    for option in _doubtful(found):
        line = "row" if option == "header" else "column"
        sentences.append(f"whether the first {line}, which counts 0, 1, 2 ..., is weights: --{option} or --no-{option}")
    return sentences


def command_line(found: Inspected) -> str | None:
    """Give the conversion to type next, with placeholders for what is not known.

    It is None where no sizes fit, where nothing tells what a file is, and where the files may be something else, too.
    """
    arguments = {file.role: shlex.quote(file.argument) for file in found.files}
    sizes = _sizes(found)
    if KERNEL_OR_BIAS in arguments or (not sizes and "kernel" in arguments) or found.others:
        return None
    d = _only({str(fit.sizes.input_size) for fit in sizes}) or "D"
    h = _only({str(fit.sizes.hidden_size) for fit in sizes}) or "H"
    if not sizes:
        h = str(_hidden_size(found.files[0]))
    words = [
        "csvlstm convert",
        arguments.get("kernel", "KERNEL"),
        arguments.get("bias", "BIAS"),
        "--input-size",
        d,
        "--hidden-size",
        h,
    ]
    return " ".join([*words, *_options(found), f"-o {free_folder()}"])


def _only(values: set[str]) -> str | None:
    return values.pop() if len(values) == 1 else None


def _hidden_size(file: File) -> int:
    return file.grid.cells // GATES


def _options(found: Inspected) -> list[str]:
    said = {"header": found.options.header_row, "index": found.options.index_column}
    options = [f"--{'' if yes else 'no-'}{name}" for name, yes in said.items() if yes is not None]
    options += [f"--{name}/--no-{name}" for name in _doubtful(found)]
    if mark := found.options.delimiter:
        options.append(f"--delimiter {_INVISIBLE.get(mark) or shlex.quote(mark.decode())}")
    if found.options.column_major:
        options.append("--order F")
    if sign := found.options.decimal:
        options.append(f"--decimal {SIGNS[sign]}")
    return ["--transposed", *options] if _is_sure(found) and found.fits[0].transposed else options


def _doubtful(found: Inspected) -> list[str]:
    """List the options that only the user can decide."""
    return sorted({grid.doubtful for fit in found.fits for grid in (fit.kernel, fit.bias) if grid and grid.doubtful})


def _is_sure(found: Inspected) -> bool:
    return len(_sizes(found)) == 1 and found.files[0].role == "kernel"


def _sizes(found: Inspected) -> list[Fit]:
    """List the readings of different sizes; a square kernel is read as it was exported."""
    by_sizes: dict[object, Fit] = {}
    for fit in found.fits:
        by_sizes.setdefault(fit.sizes, fit)
    return list(by_sizes.values())


def _sized(fit: Fit) -> str:
    turned = ", transposed" if fit.transposed else ""
    return f"input size {fit.sizes.input_size}, hidden size {fit.sizes.hidden_size}{turned}"
