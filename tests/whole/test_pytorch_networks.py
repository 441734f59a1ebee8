"""Networks of the real PyTorch, recorded: cells, layers and directions, to Keras, to TensorFlow 1, to ONNX and back."""

import csv
import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from csvlstm import keras_lstm, read_weights, tf1_lstm
from csvlstm.commands.cli import main

Array = NDArray[Any]
FOLDER = Path(__file__).parents[1] / "golden" / "networks"
TOLERANCE = 1e-6
NAME = re.compile(r"((?:weight|bias)_[ih]h)(?:_l(\d+))?(_reverse)?")


class Network(NamedTuple):
    """A recorded network: x [batch, steps, D], outputs, and of each layer and direction the arrays by their names."""

    name: str
    x: Array
    outputs: Array
    state_dict: dict[str, Array]

    @property
    def layers(self) -> list[list[dict[str, Array]]]:
        cells: dict[tuple[int, str], dict[str, Array]] = {}
        for key, array in self.state_dict.items():
            found = NAME.fullmatch(key)
            assert found
            cells.setdefault((int(found[2] or 0), found[3] or ""), {})[found[1]] = array
        numbers = sorted({number for number, _ in cells})
        return [[cells[one] for one in sorted(cells) if one[0] == number] for number in numbers]


def load(path: Path) -> Network:
    with np.load(path) as file:
        arrays = dict(file)
    weights = {key.removeprefix("weights:"): array for key, array in arrays.items() if key.startswith("weights:")}
    return Network(path.stem, arrays["x"], arrays["outputs"], weights)


NETWORKS = [load(path) for path in sorted(FOLDER.glob("*.npz"))]
each_network = pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)


def write_layers(network: Network, folder: Path) -> str:
    """Write each cell into a folder of its own, and the table of them."""
    table = folder / "layers.csv"
    with table.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["layer", "folder", "input_size", "hidden_size", "direction"])
        for number, layer in enumerate(network.layers):
            for cell, way in zip(layer, ("forward", "backward") if len(layer) == 2 else ("",), strict=True):
                name = f"cell_{number}{way and f'_{way}'}"
                (folder / name).mkdir()
                for part, array in cell.items():
                    np.savetxt(folder / name / f"{part}.csv", array, delimiter=",")
                units, inputs = cell["weight_ih"].shape
                rows.writerow([f"layer_{number}", name, inputs, units // 4, way])
    return str(table)


def run(network: Network, weights: list[Array], count: int) -> Array:
    """Run cells of `count` arrays each over the recorded inputs, from zero states, each direction in its own order."""
    h, weights = network.x.astype("f8"), weights.copy()
    for layer in network.layers:
        outputs = []
        for backward in range(len(layer)):
            arrays = [weights.pop(0) for _ in range(count)]
            zero = np.zeros((len(h), arrays[-1].size // 4))
            steps = h[:, ::-1] if backward else h
            if count == 3:
                made = keras_lstm(steps, [zero, zero], *arrays)[0]
            else:
                kernel, bias = arrays
                made = tf1_lstm(steps, (zero, zero), kernel, bias, forget_bias=0.0)[0]
            outputs.append(made[:, ::-1] if backward else made)
        h = np.concatenate(outputs, axis=-1)
    return h


def converted(network: Network, folder: Path, target: str) -> Path:
    arguments = ["--layers", write_layers(network, folder), "--from", "pytorch", "--to", target]
    assert main(["convert", *arguments, "-q", "-o", str(folder / target)]) == 0
    assert main(["check", *arguments, str(folder / target), "-q"]) == 0
    return folder / target


@each_network
def test_keras_gets_what_pytorch_computed(network: Network, tmp_path: Path) -> None:
    weights = read_weights(converted(network, tmp_path, "keras"), "float64")
    assert np.abs(run(network, weights, 3) - network.outputs).max() <= TOLERANCE


@each_network
def test_tensorflow_1_gets_what_pytorch_computed(network: Network, tmp_path: Path) -> None:
    made = converted(network, tmp_path, "tf1")
    folders = [f"layer_{number}{way}" for number, layer in enumerate(network.layers) for way in ways(layer)]
    cells = [read_weights(made / folder, "float64") for folder in folders]
    weights = [
        cell[part].reshape(-1) if part == "bias" else cell[part] for cell in cells for part in ("kernel", "bias")
    ]
    assert np.abs(run(network, weights, 2) - network.outputs).max() <= TOLERANCE


def ways(layer: list[dict[str, Array]]) -> list[str]:
    return ["/forward", "/backward"] if len(layer) == 2 else [""]


@each_network
def test_there_and_back_is_what_the_loader_takes(network: Network, tmp_path: Path) -> None:
    made = converted(network, tmp_path, "pytorch")
    own = {key if "_l" in key else f"{key}_l0": array for key, array in network.state_dict.items()}
    loaded = read_weights(made)
    assert {*loaded} == {*own}
    assert all(np.array_equal(loaded[key], own[key]) for key in own)


@each_network
def test_a_wrong_order_of_the_gates_is_seen(network: Network, tmp_path: Path) -> None:
    weights = read_weights(converted(network, tmp_path, "keras"), "float64")
    i, f, c, o = np.split(weights[0], 4, axis=1)
    wrong = [np.concatenate([i, c, f, o], axis=1), *weights[1:]]
    assert np.abs(run(network, wrong, 3) - network.outputs).max() > 1e-3


@each_network
def test_the_real_pytorch_still_computes_it(network: Network) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    own = {key if "_l" in key else f"{key}_l0": torch.tensor(array) for key, array in network.state_dict.items()}
    hidden_size = own["weight_hh_l0"].shape[1]
    two = any(key.endswith("_reverse") for key in own)
    real = torch.nn.LSTM(network.x.shape[-1], hidden_size, len(network.layers), batch_first=True, bidirectional=two)
    real.load_state_dict(own)
    with torch.no_grad():
        assert np.abs(real(torch.tensor(network.x))[0].numpy() - network.outputs).max() <= TOLERANCE
