"""What `csvlstm inspect` found, in the words of its JSON object, of its CSV table, and of the summary for a person."""

import shlex
from collections.abc import Sequence
from typing import Any

from .. import __version__
from ..errors import plural
from ..layouts.entries import SOURCE
from ..layouts.gates import GATES
from ..reading.decimals import SIGNS
from ..reading.sizes import Fit
from ..verdict.report import aligned, csv_text, warning
from . import candidates
from .candidates import Candidate
from .inspect import KERNEL_OR_BIAS, File, GateNumbers, Inspected

_MOST_SHOWN = 4
_INVISIBLE = {b"\t": "tab", b" ": "blanks"}
_NUMBERS = ("minimum", "mean", "maximum", "standard_deviation")


def as_json(found: Inspected, could_be: Sequence[Candidate] = ()) -> dict[str, Any]:
    """Give what was found by the names of the contract."""
    return {
        "command": "inspect",
        "version": __version__,
        "files": [_file(file) for file in found.files],
        "sizes": [{**fit.sizes._asdict(), "transposed": fit.transposed} for fit in found.fits],
        "gates": [gate._asdict() for gate in found.gates],
        "undecided": undecided(found),
        "could_be": candidates.as_json(could_be),
        "convert": _next(found, could_be),
        "recognised": found.recognised,
        "warnings": [warning(damage) for damage in found.warnings],
    }


def _file(file: File) -> dict[str, Any]:
    rows, columns, header_row, index_column, _ = file.grid
    cells = {"rows": rows, "columns": columns, "header_row": header_row, "index_column": index_column}
    return {"file": file.name, "holds": file.role, **cells, "digits": file.digits._asdict(), **file.spread._asdict()}


def as_csv(found: Inspected) -> str:
    """Give the gates as a CSV table, one row a gate of a part."""
    return csv_text(GateNumbers._fields, found.gates)


def as_text(found: Inspected, could_be: Sequence[Candidate] = ()) -> str:
    """Give the summary: what was recognised, each file, the sizes, the gates, what is undecided, and what is next."""
    lines = [f"recognised {words}" for words in found.recognised]
    lines += [_described(file) for file in found.files]
    if found.gates:
        lines.append(f"{'sizes' if _is_sure(found) else 'likeliest sizes'}: {_sized(found.fits[0])}")
        lines.append(_table(found.gates))
    lines += candidates.as_text(could_be)
    lines += [f"undecided: {sentence}" for sentence in undecided(found)]
    command = _next(found, could_be)
    return "\n".join([*lines, f"next: {command}"] if command else lines)


def set_as_text(files: Sequence[str], could_be: Sequence[Candidate]) -> str:
    """Say what the files of a cell, or the folder of them, could be, and what is next."""
    nothing = f"could be: nothing that is known, {', '.join(files)} fit no LSTM cell together"
    command = candidates.command_line(could_be)
    return "\n".join([*(candidates.as_text(could_be) or [nothing]), *([f"next: {command}"] if command else [])])


def set_as_json(files: Sequence[str], could_be: Sequence[Candidate]) -> dict[str, Any]:
    """Give what the files of a cell could be by the names of the contract."""
    return {
        "command": "inspect",
        "version": __version__,
        "files": [{"file": file} for file in files],
        "could_be": candidates.as_json(could_be),
        "convert": candidates.command_line(could_be),
    }


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


def _table(gates: list[GateNumbers]) -> str:
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
    return " ".join([*words, *_options(found), "-o converted"])


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
