"""Right sets as people make them: three ways to add the forget bias, all formats to print, Keras in between or not.

    python -m tests.right_sets 10000 7

makes so many from seed 7 on, and prints how often `csvlstm check` accuses one, format by format.
"""

import io
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from csvlstm.layouts.gates import Sizes

from .exports import check_cell

FORMS = ("%.9g", "%.8e", "%.10g", "%.12g", "%.17g", "repr", "pandas", "pandas %.9g")
SUMS = ("float64", "float32", "mixed")
FORGET_BIASES = (0.0, 1.0, 0.3, -1.7, 5.0, 2.5)
SIZES = (Sizes(3, 5), Sizes(1, 1), Sizes(2, 3), Sizes(4, 4), Sizes(1, 16), Sizes(5, 2))


class RightSet(NamedTuple):
    """A set that is right: where both sides lie, and how its sums were added and printed."""

    folder: Path
    sizes: Sizes
    forget_bias: float
    sums: str
    form: str

    @property
    def accused(self) -> bool:
        """Whether the command calls it different."""
        files = str(self.folder / "k.csv"), str(self.folder / "b.csv"), str(self.folder)
        return not check_cell(*files, self.sizes, forget_bias=self.forget_bias).equivalent


def printed(array: np.ndarray, form: str) -> str:
    """Print numbers [rows, columns] of either float type."""
    if form.startswith("pandas"):
        return str(pd.DataFrame(array).to_csv(header=False, index=False, float_format=form[7:] or None))
    text = str if form == "repr" else lambda number: form % number
    return "".join(",".join(map(text, row)) + "\n" for row in np.atleast_2d(array))


def read(text: str) -> np.ndarray:
    """Read numbers as float64."""
    return np.loadtxt(io.StringIO(text), delimiter=",", ndmin=2)


def right_set(folder: Path, draw: np.random.Generator) -> RightSet:
    """Export a cell of float32 numbers, read the export, convert it by hand, and print that in some format."""
    sizes = SIZES[draw.integers(len(SIZES))]
    forget_bias, scale = float(draw.choice(FORGET_BIASES)), 10.0 ** draw.uniform(-6, 3)
    exported, sums, form = (str(draw.choice(some)) for some in (FORMS, SUMS, FORMS))
    texts = {
        name: printed((scale * draw.normal(0, 0.5, (rows, sizes.columns))).astype(np.float32), exported)
        for name, rows in (("k", sizes.rows), ("b", 1))
    }
    dtype = np.float64 if sums == "float64" else np.float32
    kernel, bias = (read(texts[name]).astype(dtype) for name in "kb")
    i, j, f, o = np.split(bias, 4, 1)
    f = f + np.float32(forget_bias) if sums == "float32" else f.astype(np.float64) + forget_bias
    i_f_j_o = [np.split(kernel, 4, 1)[gate] for gate in (0, 2, 1, 3)]
    parts = dict(zip(("kernel", "recurrent_kernel"), np.split(np.hstack(i_f_j_o), [sizes.input_size]), strict=True))
    parts["bias"] = np.hstack([i, f, j, o])
    texts |= {part: printed(array, form) for part, array in parts.items()}
    if draw.random() < 0.3:
        # What Keras gives back of it.
        texts |= {part: printed(read(texts[part]).astype(np.float32), str(draw.choice(FORMS))) for part in parts}
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text)
    return RightSet(folder, sizes, forget_bias, sums, form)


def accused(count: int, seed: int, folder: Path) -> list[str]:
    """Make and check so many, and give how those that were accused had been made."""
    draw = np.random.default_rng(seed)
    made = (right_set(folder, draw) for _ in range(count))
    return [f"{one.sums} sums, {one.form}" for one in made if one.accused]


if __name__ == "__main__":
    number, start = (int(argument) for argument in sys.argv[1:3])
    with tempfile.TemporaryDirectory() as temporary:
        print(f"{number} right sets, accused:", dict(Counter(accused(number, start, Path(temporary)))))
