"""Whether weights.csv lists a converted network as it is: what it says wrongly would mislead who loads the network."""

import os
from collections.abc import Iterator

from ..network.manifest import MANIFEST, changed_files, has_manifest, listed_files
from ..network.topology import Network
from .diagnosis import Finding
from .explanations import Mistake


def misled(directory: str, network: Network) -> list[Finding]:
    """Name what would mislead a reader of weights.csv; there is nothing to name without that file.

    Raises CsvLstmError where weights.csv cannot be read.
    """
    return list(_misled(directory, network)) if network.is_listed and has_manifest(directory) else []


def _misled(directory: str, network: Network) -> Iterator[Finding]:
    rows = listed_files(directory)
    declared = [cell.listed(array.name) for cell in network.cells for array in cell.target.arrays]
    if [row.text("file") for row in rows] != declared:
        found = "the files are not listed as the layers say: read_weights would load them in another order"
        yield _finding(Mistake("listed_order", found, "convert the network again"))
    for row in rows:
        folder = "/".join(filter(None, (row.text("layer"), row.text("direction"))))
        file = "/".join(filter(None, (folder, f"{row.text('part')}.csv")))
        if "layer" in row.cells and row.text("file") != file:
            found = f"line {row.line} says that {row.text('file')} is {row.text('part')} of layer {folder}"
            yield _finding(Mistake("listed_layer", found, "convert the network again"))
    for row in changed_files(directory, rows):
        found = f"{row.text('file')} has not the SHA-256 of line {row.line}: read_weights would refuse it"
        yield _finding(Mistake("listed_sha256", found, "convert the network again"))


def _finding(mistake: Mistake) -> Finding:
    return Finding((os.path.splitext(MANIFEST)[0],), ((mistake,),))
