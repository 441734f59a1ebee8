"""The networks whose checkpoints golden/record_checkpoints.py recorded, with what is to be exported of each."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from tests.checkpoints.recorded import files_of
from tests.golden_recordings import GOLDEN, Recording, load


class Network(NamedTuple):
    """A checkpoint, how its network is chosen, and the files to be exported: none where it is to be refused."""

    name: str
    checkpoint: dict[str, bytes]
    arguments: list[str]
    files: dict[str, bytes]

    @property
    def recording(self) -> Recording:
        """The run of the network; those that are refused have none."""
        return load(GOLDEN / "checkpoints" / f"{self.name}.npz")

    def write(self, folder: Path) -> str:
        """Write the checkpoint into a folder, and give its prefix."""
        for name, data in self.checkpoint.items():
            (folder / name).write_bytes(data)
        return str(folder / "model.ckpt")


def _read(path: Path) -> Network:
    with np.load(path) as file:
        arrays = dict(file)
    return Network(path.stem, files_of(arrays), arrays["arguments"].tolist(), files_of(arrays, "file:"))


NETWORKS = [_read(path) for path in sorted((GOLDEN / "checkpoints").glob("*.npz"))]
EXPORTED = [network for network in NETWORKS if network.files]
REFUSED = {network.name: network for network in NETWORKS if not network.files}
