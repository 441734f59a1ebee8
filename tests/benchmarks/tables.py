"""The tables: each measures layers of some sizes, and prints a row as soon as it has one."""

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .checkpoints import save
from .growth import Point
from .layers import Layer, write_layer, write_network, write_otherwise
from .measuring import Measured, measure
from .processes import Took, time_of
from .programs import audit, check, convert, convert_network, copy, export, import_numpy, inspect, others, read
from .steps import limit_of, measure_steps

ROUNDED = "check, %.4g: rounded"
"""The check of a set that is wrong, which its exit code says."""

TIMES = ("seconds", "on all processors")

SMALL = 1.0
"""Megabytes of a kernel below which it takes more rounds to tell the times of two programs apart."""


class Rounds(NamedTuple):
    """How often each program runs."""

    of_a_large_layer: int

    def of(self, layer: Layer) -> int:
        """Give the rounds for a layer."""
        return self.of_a_large_layer * (4 if layer.megabytes < SMALL else 1)


def scripts(sizes: list[str], rounds: Rounds, tensorflow: str) -> None:
    """Compare csvlstm with the scripts that users would write."""
    _head("D, H", "kernel", "program", *TIMES, "csvlstm takes", "peak memory")
    for layer in _layers(sizes):
        programs = {"**csvlstm**": convert(layer), **others(layer, tensorflow), "cp": copy(layer)}
        measured = measure(programs, rounds.of(layer))
        ours = measured["**csvlstm**"]
        for name, program in measured.items():
            share = None if program is ours else ours.share_of(program)
            _row(layer.name, f"{layer.megabytes:.3g} MB", name, program, share)


def networks(sizes: list[str], rounds: Rounds, tensorflow: str) -> None:
    """Compare a network with one of its layers, and a small one with scripts that convert all of its layers."""
    _head("D, H", "layers", "program", *TIMES, "of one layer", "peak memory")
    for network in sizes:
        count, size = network.split("x")
        for layer in _layers([size]):
            programs = {
                "one layer": convert(layer),
                "**the network**": convert_network(write_network(layer, int(count)), layer),
            }
            if layer.megabytes < SMALL:
                programs |= others(layer, tensorflow, int(count))
            _rows_with_shares(layer.name, count, measure(programs, rounds.of(layer)))


def commands(sizes: list[str], rounds: Rounds) -> None:
    """Compare the other commands with convert."""
    _head("D, H", "kernel", "program", *TIMES, "of convert", "peak memory")
    for layer in _layers(sizes):
        converted = layer.kernel.with_name("converted")
        time_of(convert(layer)(converted))
        programs = {"**convert**": convert(layer), "check": check(layer, converted)}
        programs |= {"audit.csv": audit(layer, converted), "inspect": inspect(layer)}
        other = write_otherwise(converted)
        programs |= {"check, %.18e": check(layer, other), "audit.csv, %.18e": audit(layer, other)}
        programs[ROUNDED] = check(layer, write_otherwise(converted, "%.4g"))
        _rows_with_shares(layer.name, f"{layer.megabytes:.3g} MB", measure(programs, rounds.of(layer), {ROUNDED: 1}))


def checkpoints(sizes: list[str], rounds: Rounds) -> None:
    """Compare the reading and the export of checkpoints of both formats with a Python that imports numpy."""
    _head("D, H", "checkpoint", "program", *TIMES, "of import numpy", "peak memory")
    for size in sizes:
        for form in ("V2", "V1"):
            with tempfile.TemporaryDirectory() as folder:
                saved = save(Path(folder), form, *map(int, size.split(",")))
                programs = {
                    "import numpy": import_numpy(),
                    "**read, verified**": read(saved),
                    "**export**": export(saved),
                }
                measured = measure(programs, rounds.of_a_large_layer * (4 if saved.megabytes < SMALL else 1))
                _rows_with_shares(size, f"{form}, {saved.megabytes:.3g} MB", measured)


def steps(sizes: list[str], rounds: Rounds) -> None:
    """Show what each step of a conversion takes, and the least that it could."""
    _head("D, H", "step", "begins at", "seconds", "its limit", "seconds of it", "times its limit")
    for layer in _layers(sizes):
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder)
            runs = [measure_steps(layer, output / str(number)) for number in range(rounds.of(layer))]
            limits = {step: limit_of(step, layer, output) for step in runs[0]}
        for step in sorted(runs[0], key=lambda step: runs[0][step].begins):
            begins, seconds = (statistics.median(values) for values in zip(*(run[step] for run in runs), strict=True))
            limit = limits[step]
            shown = f"{limit[0]} | {limit[1]:.3f} | {seconds / limit[1]:.1f}" if limit else " | | "
            print(f"| {layer.name} | {step} | {begins:.3f} | {seconds:.3f} | {shown} |", flush=True)


def growth(sizes: list[str], rounds: Rounds) -> list[Point]:
    """Show what csvlstm takes for each cell and each byte of kernels of several sizes."""
    _head("D, H", "cells", "kernel", "seconds", "ns a cell", "ns a byte", "peak memory", "memory a byte")
    points = []
    for layer in _layers(sizes):
        took = measure({"": convert(layer)}, rounds.of(layer))[""]
        seconds = took.median.elapsed
        points.append(Point(layer.megabytes, seconds, took.megabytes))
        print(
            f"| {layer.name} | {layer.cells:,} | {layer.megabytes:.3g} MB | {seconds:.3f} "
            f"| {seconds / layer.cells * 1e9:.3g} | {seconds / layer.megabytes * 1e3:.3g} "
            f"| {took.megabytes:.0f} MB | {took.megabytes / layer.megabytes:.3g} |",
            flush=True,
        )
    return points


def _layers(sizes: list[str]) -> Iterator[Layer]:
    """Write a layer of each size, one at a time."""
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            yield write_layer(Path(folder), *map(int, size.split(",")))


def _rows_with_shares(size: str, kind: str, measured: dict[str, Measured]) -> None:
    first = next(iter(measured.values()))
    for name, program in measured.items():
        _row(size, kind, name, program, None if program is first else program.share_of(first))


def _row(size: str, kind: str, name: str, program: Measured, share: Took | None) -> None:
    took = program.median
    shares = f"{share.elapsed:.2f} and {share.processor:.2f}" if share else ""
    shown = f"{took.elapsed:.3f} | {took.processor:.3f} | {shares} | {program.megabytes:.0f} MB"
    print(f"| {size} | {kind} | {name} | {shown} |", flush=True)


def _head(*columns: str) -> None:
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
