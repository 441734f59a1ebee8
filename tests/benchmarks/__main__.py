"""Time csvlstm, which checks what it converts, against what users would write for the same job, which does not.

    python -m tests.benchmarks                           all tables
    python -m tests.benchmarks scripts --sizes 8,16      one of them, with sizes D,H of your own

Whole processes, in turn, so that a drift of the machine's speed touches all of them; medians, and the median of the
ratios round by round. The weights are random float32 numbers, written as the shortest text that reads back.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .growth import draw_growth
from .layers import Layer, write_layer, write_network
from .processes import Run, run
from .programs import Command, audit, check, convert, convert_network, inspect, others

SIZES = ["8,16", "128,256", "1024,1024", "2048,2048"]
NETWORKS = ["100x8,8", "8x1024,1024"]
COMMANDS = ["8,16", "1024,1024"]
GROWING = ["4,6", "16,16", "48,48", "160,160", "512,512", "1024,1024", "1448,1448", "2048,2048"]
TALL = ["1024,1024", "100000,8", "524000,4"]


def main() -> None:
    """Print the tables that were asked for."""
    parser = argparse.ArgumentParser(description="Time csvlstm against what users would write for the same job.")
    parser.add_argument("table", nargs="?", choices=TABLES, help="one of the tables (default: all)")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--sizes", nargs="+", metavar="D,H", help="instead of those of the table")
    parser.add_argument("--tensorflow", default=sys.executable, metavar="PYTHON", help="an interpreter that has it")
    asked = parser.parse_args()
    for name in [asked.table] if asked.table else TABLES:
        print(f"\n{name}\n", flush=True)
        rows, sizes = TABLES[name]
        rows(asked, asked.sizes or sizes)


def scripts(asked: argparse.Namespace, sizes: list[str]) -> None:
    """Compare with the scripts that users would write."""
    print("| D, H | kernel | program | time | csvlstm takes | peak memory |\n|---|---|---|---|---|---|")
    for layer in layers(sizes):
        commands = {"**csvlstm**": convert(layer), **others(layer, asked.tensorflow)}
        print_rows(f"| {layer.input_size}, {layer.hidden_size} | {layer.megabytes:.3g} MB", commands, asked.runs)


def networks(asked: argparse.Namespace, sizes: list[str]) -> None:
    """Compare a network with one of its layers."""
    print("| D, H | layers | program | time | the network takes | peak memory |\n|---|---|---|---|---|---|")
    for network in sizes:
        count, size = network.split("x")
        for layer in layers([size]):
            table = write_network(layer, int(count))
            commands = {"**the network**": convert_network(table), "one layer": convert(layer)}
            print_rows(f"| {layer.input_size}, {layer.hidden_size} | {count}", commands, asked.runs)


def commands(asked: argparse.Namespace, sizes: list[str]) -> None:
    """Compare the other commands with convert."""
    print("| D, H | kernel | program | time | convert takes | peak memory |\n|---|---|---|---|---|---|")
    for layer in layers(sizes):
        converted = layer.kernel.with_name("converted")
        run(convert(layer)(converted))
        programs = {"**convert**": convert(layer), "check": check(layer, converted)}
        programs |= {"audit.csv": audit(layer, converted), "inspect": inspect(layer)}
        print_rows(f"| {layer.input_size}, {layer.hidden_size} | {layer.megabytes:.3g} MB", programs, asked.runs)


def growth(asked: argparse.Namespace, sizes: list[str]) -> None:
    """Show how time and memory grow with the cells, and draw it."""
    print("| D, H | cells | kernel | time | ns a cell | peak memory | bytes a cell |\n|---|---|---|---|---|---|---|")
    points = []
    for layer in layers(sizes):
        cells = (layer.input_size + layer.hidden_size) * 4 * layer.hidden_size
        runs = in_turn({"csvlstm": convert(layer)}, layer.kernel.parent, asked.runs)["csvlstm"]
        seconds, peak = statistics.median(one.seconds for one in runs), max(one.peak for one in runs)
        points.append((layer.megabytes, seconds, peak))
        print(
            f"| {layer.input_size}, {layer.hidden_size} | {cells:,} | {layer.megabytes:.3g} MB | {seconds:.2f} s "
            f"| {seconds / cells * 1e9:.3g} | {peak:.0f} MB | {peak * 1e6 / cells:.3g} |",
            flush=True,
        )
    draw_growth(points)


TABLES = {
    "scripts": (scripts, SIZES),
    "networks": (networks, NETWORKS),
    "commands": (commands, COMMANDS),
    "growth": (growth, GROWING),
}


def layers(sizes: list[str]) -> Iterator[Layer]:
    """Write a layer of each size, one at a time."""
    for size in sizes:
        input_size, hidden_size = map(int, size.split(","))
        with tempfile.TemporaryDirectory() as folder:
            yield write_layer(Path(folder), input_size, hidden_size)


def print_rows(start: str, programs: dict[str, Command], runs: int) -> None:
    """Print a row for each program, with the first one's share of its time."""
    with tempfile.TemporaryDirectory() as folder:
        found = in_turn(programs, Path(folder), runs)
    first = next(iter(found.values()))
    for name, its_runs in found.items():
        seconds = statistics.median(one.seconds for one in its_runs)
        ratio = statistics.median(ours.seconds / its.seconds for ours, its in zip(first, its_runs, strict=True))
        peak = max(one.peak for one in its_runs)
        shown = "" if its_runs is first else f"{ratio:.2f}"
        print(f"{start} | {name} | {seconds:.2f} s | {shown} | {peak:.0f} MB |", flush=True)


def in_turn(programs: dict[str, Command], folder: Path, runs: int) -> dict[str, list[Run]]:
    """Run the programs one after the other, round by round; the first round only warms up."""
    rounds = [{name: run_once(command, folder) for name, command in programs.items()} for _ in range(runs + 1)][1:]
    return {name: [one[name] for one in rounds] for name in programs}


def run_once(command: Command, folder: Path) -> Run:
    """Run a program with a new folder for its output, which is gone afterwards."""
    with new_folder(folder) as output:
        return run(command(output))


@contextmanager
def new_folder(parent: Path) -> Iterator[Path]:
    output = parent / "output"
    output.mkdir()
    yield output
    shutil.rmtree(output)


if __name__ == "__main__":
    main()
