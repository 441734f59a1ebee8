"""The plot of how time and memory grow with the size of the kernel."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

PLOT = Path(__file__).with_name("growth.svg")


class Point(NamedTuple):
    """What a kernel took: megabytes of its file, seconds, and megabytes of memory."""

    megabytes: float
    seconds: float
    peak: float


def draw_growth(points: Sequence[Point]) -> None:
    """Draw seconds and megabytes of memory over megabytes of the kernel's file, both axes logarithmic."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    # Text as text, and no date: the same figures give the same file.
    matplotlib.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "csvlstm"}
    sizes, seconds, peaks = zip(*points, strict=True)
    figure, panels = pyplot.subplots(1, 2, figsize=(9, 3.5), layout="constrained")
    for panel, values, name in zip(panels, (seconds, peaks), ("seconds", "peak memory, MB"), strict=True):
        panel.loglog(sizes, values, "o-")
        panel.loglog(sizes, [values[-1] * size / sizes[-1] for size in sizes], ":", color="gray", label="linear")
        panel.set(xlabel="kernel, MB of text", ylabel=name, ylim=(min(values) / 2, max(values) * 2))
        panel.legend()
    figure.savefig(PLOT, metadata={"Date": None})
