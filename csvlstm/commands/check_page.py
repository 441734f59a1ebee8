"""The page of `csvlstm check -o`: both sides are drawn while they are in memory, and the page appears as a whole."""

import os

from ..converted.outputs import staging
from ..converted.sets import Sides
from ..converted.targets import refuse_outputs
from ..errors import CsvLstmError, Place, argument
from ..evidence.heatmaps import after, before
from ..evidence.web_page import Drawn, as_page
from ..network.topology import Network
from ..reading.sources import identity
from ..verdict.comparison import fit_shape
from ..verdict.report import Report
from .audit import paths_read


class CheckPage:
    """The page that a check writes to a path; nothing is there before `write`.

    Raises CsvLstmError where the path is no page, is an input, or exists and nobody lets `force` replace it.
    """

    def __init__(self, path: str, network: Network, directory: str, force: bool) -> None:
        if not path.lower().endswith((".html", ".htm")):
            found, place = ("is no page", Place(path)) if path else (f"{argument(output=...)} is empty", None)
            raise CsvLstmError(found, place, expected="a file that ends in .html")
        self._folder, self._name = os.path.split(path)
        self._force, self._pictures = force, list[list[Drawn]]()
        read = [identity(one) for one in paths_read(network, directory)]
        refuse_outputs(self._folder or ".", [self._name], read, force)

    def look(self, sides: Sides) -> None:
        """Draw each part of a cell before and after."""
        plan, values, drawn = sides.plan, sides.export.values, []
        for array in plan.target.arrays:
            found = sides.converted.tables[array.name].values
            fitting = fit_shape(array, found, plan.sizes)
            shown = found if fitting is None else fitting
            drawn.append(Drawn(before(plan, array.name, values), after(plan, array.name, values, shown)))
        self._pictures.append(drawn)

    def write(self, report: Report) -> list[str]:
        """Write the page, and give its path; raises CsvLstmError where it cannot be written."""
        with staging(self._folder or ".", self._force) as files:
            with files.open(self._name) as file:
                file.write(as_page(report, self._pictures).encode())
            files.publish()
        return [os.path.join(self._folder, self._name)]
