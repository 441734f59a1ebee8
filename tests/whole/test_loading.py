"""The lines that the house has for loading a converted cell, run where the framework is installed."""

import re
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from csvlstm import read_weights, tf1_lstm
from csvlstm.commands.cli import main

ROOT = Path(__file__).parents[2]
CELL = [str(ROOT / "sample_data" / "sunspots" / f"cell_0_{name}.csv") for name in ("kernel", "bias")]
MODULES = {
    "keras": ["keras"],
    "pytorch": ["torch"],
    "onnx": ["onnx", "onnx.numpy_helper", "onnx.helper"],
    "flax": ["flax", "flax.linen"],
    "nnx": ["flax", "flax.nnx"],
    "haiku": ["haiku"],
    "equinox": ["equinox", "jax"],
    "mlx": ["mlx.core", "mlx.nn"],
    "openvino": ["openvino", "openvino.opset13"],
}
ROWS = re.findall(r"^\| (\w+) \| (`.+`.*) \|$", (ROOT / "csvlstm" / "README.md").read_text(), re.MULTILINE)


def lines_of(target: str) -> list[str]:
    (row,) = [text for key, text in ROWS if key == target and "read_weights" in text]
    return [line for line in re.findall(r"`([^`]+)`", row) if "=" in line or "(" in line][:4]


def imported(target: str) -> dict[str, ModuleType]:
    modules = {}
    for name in MODULES[target]:
        try:
            modules[name.partition(".")[0]] = import_module(name) and import_module(name.partition(".")[0])
        except ModuleNotFoundError as missing:
            pytest.skip(f"{missing.name} is not installed")
    return modules


def expected(x: Any) -> Any:
    zero = np.zeros((len(x), 5))
    kernel, bias = (np.loadtxt(path, delimiter=",") for path in CELL)
    return tf1_lstm(x.astype("float64"), (zero, zero), kernel, bias)[0]


@pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")
@pytest.mark.parametrize("target", MODULES)
def test_the_lines_of_the_house_load_the_cell(target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "numpy")
    names: dict[str, Any] = {**imported(target), "read_weights": read_weights}
    monkeypatch.chdir(tmp_path)
    assert main(["convert", *CELL, "--input-size=3", "--hidden-size=5", "--to", target, "-o", target, "-q"]) == 0
    names["x"] = np.random.default_rng(0).standard_normal((2, 7, 3)).astype("float32")
    for line in lines_of(target):
        if not line.startswith("openvino.opset13.lstm_sequence"):
            exec(line, names)
    if "outputs" in names:
        outputs = names["outputs"]
        outputs = outputs.detach() if target == "pytorch" else outputs
        assert np.abs(np.asarray(outputs) - expected(names["x"])).max() <= 1e-6
