"""The programs that do the job: csvlstm, which checks what it converts, and those that users would write instead."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from .checkpoints import READING, Saved
from .layers import Layer

Command = Callable[[Path], list[str | Path]]
"""What gives the command line for a new output folder."""

SCRIPTS = Path(__file__).with_name("scripts")
CSVLSTM = Path(sys.executable).with_name("csvlstm")


def convert(layer: Layer) -> Command:
    """Convert a layer with csvlstm."""
    return lambda output: [CSVLSTM, "convert", layer.kernel, layer.bias, *layer.sizes, "-q", "-o", output]


def convert_network(table: Path, layer: Layer) -> Command:
    """Convert a network of equal layers with csvlstm, as separate cells where they do not fit one behind the other."""
    separate = [] if layer.input_size == layer.hidden_size else ["--independent"]
    return lambda output: [CSVLSTM, "convert", "--layers", table, *separate, "-q", "-o", output]


def check(layer: Layer, converted: Path) -> Command:
    """Check a converted layer."""
    return lambda output: [CSVLSTM, "check", layer.kernel, layer.bias, converted, *layer.sizes, "-q"]


def audit(layer: Layer, converted: Path) -> Command:
    """Write the control totals of a converted layer."""
    return lambda output: [
        CSVLSTM, "audit", layer.kernel, layer.bias, converted, *layer.sizes, "-q", "-o", output / "audit.csv",
    ]  # fmt: skip


def inspect(layer: Layer) -> Command:
    """Say what the files of a layer are."""
    return lambda output: [CSVLSTM, "inspect", layer.kernel, layer.bias, "-q"]


def export(saved: Saved) -> Command:
    """Export the LSTM layers of a checkpoint."""
    return lambda output: [CSVLSTM, "export", saved.prefix, "--forget-bias", "1", "-q", "-o", output]


def read(saved: Saved) -> Command:
    """Read the LSTM variables of a checkpoint, and write nothing."""
    return lambda output: [sys.executable, "-c", READING, saved.prefix]


def import_numpy() -> Command:
    """Start a Python that imports numpy."""
    return lambda output: [sys.executable, "-c", "import numpy"]


def others(layer: Layer, tensorflow: str, times: int = 1) -> dict[str, Command]:
    """Give the programs to compare with, by name, those whose package is installed; each converts so many times."""
    arguments: list[str | Path] = [layer.kernel, layer.bias, str(layer.input_size), str(layer.hidden_size)]

    def script(interpreter: str, name: str) -> Command:
        return lambda output: [interpreter, SCRIPTS / name, *arguments, *_folders(output, times)]

    commands = {
        "numpy": script(sys.executable, "with_numpy.py"),
        "pandas": script(sys.executable, "with_pandas.py"),
        "polars": script(sys.executable, "with_polars.py"),
        "tensorflow": script(tensorflow, "with_tensorflow.py"),
        "cut and paste": script("sh", "cut_and_paste.sh"),
    }
    needs = {"polars": (sys.executable, "polars"), "tensorflow": (tensorflow, "tensorflow")}
    return {name: command for name, command in commands.items() if name not in needs or _has(*needs[name])}


def copy(layer: Layer) -> Command:
    """Copy the kernel, the limit of any program."""
    return lambda output: ["cp", layer.kernel, output]


def _folders(output: Path, count: int) -> list[Path]:
    """Make a folder for each conversion."""
    folders = [output / str(number) for number in range(count)]
    for folder in folders:
        folder.mkdir()
    return folders


def _has(interpreter: str, package: str) -> bool:
    """Tell whether an interpreter would find a package, without importing it."""
    code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({package!r}) is None)"
    return (
        shutil.which(interpreter) is not None and subprocess.run([interpreter, "-c", code], check=False).returncode == 0
    )
