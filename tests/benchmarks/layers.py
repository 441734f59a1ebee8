"""Random layers to convert: float32 numbers, written as the shortest text that reads back."""

import os
from pathlib import Path
from typing import NamedTuple


class Layer(NamedTuple):
    """The exported files of a cell, and its sizes."""

    kernel: Path
    bias: Path
    input_size: int
    hidden_size: int

    @property
    def name(self) -> str:
        """Its sizes, for the tables."""
        return f"{self.input_size}, {self.hidden_size}"

    @property
    def cells(self) -> int:
        """The cells of its kernel."""
        return (self.input_size + self.hidden_size) * 4 * self.hidden_size

    @property
    def megabytes(self) -> float:
        """The size of the kernel's file."""
        return os.path.getsize(self.kernel) / 1e6

    @property
    def sizes(self) -> list[str | Path]:
        """The options that declare the sizes."""
        return ["--input-size", str(self.input_size), "--hidden-size", str(self.hidden_size)]


def write_layer(folder: Path, input_size: int, hidden_size: int, seed: int = 0) -> Layer:
    """Write a random kernel [(D+H) x 4H], and a bias [4H] as a row."""
    # Here, because the steps of a conversion are timed from before numpy is imported.
    import numpy as np

    draw = np.random.default_rng(seed)
    layer = Layer(folder / "kernel.csv", folder / "bias.csv", input_size, hidden_size)
    for path, rows in ((layer.kernel, input_size + hidden_size), (layer.bias, 1)):
        with open(path, "w") as file:
            for _ in range(rows):
                weights = 0.05 * draw.standard_normal(4 * hidden_size, np.float32)
                file.write(",".join(map(str, weights)) + "\n")
    return layer


def write_otherwise(converted: Path, form: str = "%.18e") -> Path:
    """Write a converted set once more in another form; %.18e is another text of the same numbers."""
    import numpy as np

    folder = converted.with_name(f"as {form}")
    folder.mkdir()
    for file in converted.iterdir():
        np.savetxt(folder / file.name, np.loadtxt(file, delimiter=",", ndmin=2), form, delimiter=",")
    return folder


def write_network(layer: Layer, layers: int) -> Path:
    """Write a table of so many layers of the same sizes, the first of which is there, and the files of the others."""
    written = [layer]
    for k in range(1, layers):
        folder = layer.kernel.with_name(f"layer_{k}")
        folder.mkdir()
        written.append(write_layer(folder, layer.input_size, layer.hidden_size, seed=k))
    rows = [f"layer_{k},{one.kernel},{one.bias},{one.input_size},{one.hidden_size}" for k, one in enumerate(written)]
    table = layer.kernel.with_name("layers.csv")
    table.write_text("\n".join(["layer,kernel,bias,input_size,hidden_size", *rows]) + "\n")
    return table
