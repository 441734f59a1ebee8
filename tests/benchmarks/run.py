"""Time csvlstm, which checks what it converts, against a numpy script for the same job, which does not.

    python tests/benchmarks/run.py [--runs N] [--sizes D,H ...] [--networks NxD,H ...]

A second table holds whole networks against one of their layers: N layers should take N times as long or less, in the
memory of one.

Whole processes, in turn, so that a drift of the machine's speed touches both; medians, and the median of the ratios
pair by pair. The weights are random float32 numbers, written as the shortest text that reads back.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

SIZES = ("8,16", "128,256", "1024,1024")
NETWORKS = ("100x8,8", "8x1024,1024")
YARDSTICK = Path(__file__).with_name("numpy_script.py")


class Run(NamedTuple):
    """One process: seconds from start to end, and the most memory it held, in MB."""

    seconds: float
    peak: float


def main() -> None:
    """Print one row a size, then one row a network."""
    parser = argparse.ArgumentParser(description="Time csvlstm against a numpy script for the same job.")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--sizes", nargs="+", default=SIZES, metavar="D,H")
    parser.add_argument("--networks", nargs="*", default=NETWORKS, metavar="NxD,H")
    asked = parser.parse_args()
    print("| D, H | kernel | csvlstm | numpy script | ratio | peak memory |")
    print("|---|---|---|---|---|---|")
    for sizes in asked.sizes:
        with tempfile.TemporaryDirectory() as folder:
            input_size, hidden_size = map(int, sizes.split(","))
            print(row(Path(folder), input_size, hidden_size, asked.runs), flush=True)
    print("\n| layers | D, H | network | one layer | ratio | peak memory |")
    print("|---|---|---|---|---|---|")
    for network in asked.networks:
        with tempfile.TemporaryDirectory() as folder:
            layers, input_size, hidden_size = map(int, network.replace("x", ",").split(","))
            print(network_row(Path(folder), layers, input_size, hidden_size, asked.runs), flush=True)


def row(folder: Path, input_size: int, hidden_size: int, runs: int) -> str:
    """Time both programs on a layer of these sizes, and give the row of the table."""
    kernel, bias = export(folder, input_size, hidden_size)
    sizes = ["--input-size", str(input_size), "--hidden-size", str(hidden_size)]
    csvlstm = ["-m", "csvlstm", "convert", kernel, bias, *sizes, "-q", "-o"]
    script = [str(YARDSTICK), kernel, bias, str(input_size)]
    pairs = [(run(csvlstm, folder), run(script, folder)) for _ in range(runs + 1)][1:]
    ours, theirs = (statistics.median(pair[side].seconds for pair in pairs) for side in (0, 1))
    ratio = statistics.median(pair[0].seconds / pair[1].seconds for pair in pairs)
    peaks = [max(pair[side].peak for pair in pairs) for side in (0, 1)]
    size = os.path.getsize(kernel) / 1e6
    return (
        f"| {input_size}, {hidden_size} | {size:.3g} MB | {ours:.2f} s | {theirs:.2f} s | {ratio:.2f} "
        f"| {peaks[0]:.0f} MB, {peaks[1]:.0f} MB |"
    )


def network_row(folder: Path, layers: int, input_size: int, hidden_size: int, runs: int) -> str:
    """Time a network of equal layers against one of them, and give the row of the table."""
    kernel, bias = export(folder, input_size, hidden_size)
    rows = [f"layer_{k},{kernel},{bias},{input_size},{hidden_size}" for k in range(layers)]
    table = folder / "layers.csv"
    table.write_text("\n".join(["layer,kernel,bias,input_size,hidden_size", *rows]) + "\n")
    sizes = ["--input-size", str(input_size), "--hidden-size", str(hidden_size)]
    command = ["-m", "csvlstm", "convert", "-q"]
    whole, one = [*command, "--layers", str(table), "-o"], [*command, kernel, bias, *sizes, "-o"]
    pairs = [(run(whole, folder), run(one, folder)) for _ in range(runs + 1)][1:]
    seconds = [statistics.median(pair[side].seconds for pair in pairs) for side in (0, 1)]
    ratio = statistics.median(pair[0].seconds / pair[1].seconds for pair in pairs)
    peaks = [max(pair[side].peak for pair in pairs) for side in (0, 1)]
    return (
        f"| {layers} | {input_size}, {hidden_size} | {seconds[0]:.2f} s | {seconds[1]:.2f} s | {ratio:.2f} "
        f"| {peaks[0]:.0f} MB, {peaks[1]:.0f} MB |"
    )


def export(folder: Path, input_size: int, hidden_size: int) -> tuple[str, str]:
    """Write a random kernel [(D+H) x 4H] and bias [4H] as a row."""
    draw = np.random.default_rng(0)
    files = str(folder / "kernel.csv"), str(folder / "bias.csv")
    for path, rows in zip(files, (input_size + hidden_size, 1), strict=True):
        with open(path, "w") as file:
            for weights in 0.05 * draw.standard_normal((rows, 4 * hidden_size), np.float32):
                file.write(",".join(map(str, weights)) + "\n")
    return files


def run(arguments: list[str], folder: Path) -> Run:
    """Run this Python with some arguments and a new folder for its files; raises ChildProcessError where it fails."""
    output = folder / "output"
    output.mkdir()
    start = time.perf_counter()
    process = os.posix_spawn(sys.executable, [sys.executable, *arguments, str(output)], os.environ)
    _, status, usage = os.wait4(process, 0)
    seconds = time.perf_counter() - start
    if status:
        raise ChildProcessError(f"{arguments} ended with {status}")
    shutil.rmtree(output)
    return Run(seconds, usage.ru_maxrss / 1024)


if __name__ == "__main__":
    main()
