"""The checkpoints that real TensorFlow releases wrote, as golden/record_formats.py keeps them."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from tests.golden_recordings import GOLDEN, Array


class Recorded(NamedTuple):
    """A checkpoint: its files, what names it, and the numbers and names that TensorFlow gave of it."""

    name: str
    files: dict[str, bytes]
    given: str
    variables: dict[str, Array]
    strings: list[str]

    def write(self, folder: Path) -> str:
        """Write the files into a folder, and give the path that names the checkpoint."""
        for name, data in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        return str(folder / self.given)


def read(path: Path) -> Recorded:
    """Read a file of golden/formats."""
    with np.load(path) as file:
        arrays = dict(file)
    variables = {key.removeprefix("variable:"): value for key, value in arrays.items() if key.startswith("variable:")}
    return Recorded(path.stem, files_of(arrays), str(arrays["given"]), variables, arrays["strings"].tolist())


def files_of(arrays: dict[str, Array], kind: str = "checkpoint:") -> dict[str, bytes]:
    """Give the bytes of the files of a kind by their names."""
    return {key.removeprefix(kind): value.tobytes() for key, value in arrays.items() if key.startswith(kind)}


FORMATS = {path.stem: read(path) for path in sorted((GOLDEN / "formats").glob("*.npz"))}
