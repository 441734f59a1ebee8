"""Exports of all kinds, undamaged and damaged in every way that leaves numbers, and how often damage is said.

    python -m tests.accidents 3 1000

makes each kind with three seeds from 1000 on, over all sizes and scales, and prints the false alarms and the hits.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import chain, product
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from csvlstm.layouts.gates import Sizes
from csvlstm.numbers.damage import damage_of
from csvlstm.reading.tables import read_pair

Array = NDArray[np.float64]
Text = Callable[[float], str]
"""How a number is printed."""

SIZES = [Sizes(1, 1), Sizes(2, 1), Sizes(3, 5), Sizes(4, 4), Sizes(1, 9), Sizes(24, 16), Sizes(40, 32)]
SCALES = (1e-6, 1e-4, 1e-3, 0.05, 0.3, 1.0, 30.0, 1e3)
TRAINED = (0.05, 0.3, 1.0)
"""Scales that weights of trained layers have."""


def singles(values: NDArray[np.floating]) -> Array:
    """Round to float32 numbers."""
    return values.astype(np.float32).astype(np.float64)


def _bfloat16(values: Array) -> Array:
    bits = values.astype(np.float32).view(np.uint32)
    rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000
    return singles(rounded.astype(np.uint32).view(np.float32))


def _quantised(values: Array, levels: int) -> Array:
    """Quantise as a converter for small devices does: whole multiples of one float32 scale."""
    scale = np.float32(np.abs(values).max() / levels)
    return singles(np.rint(values / scale).astype(np.float32) * scale)


def _with_constants(values: Array) -> Array:
    constants = singles(values)
    quarters = np.split(constants, 4, axis=-1)
    quarters[0][...], quarters[2][...] = 1e-05, 1.0
    return constants


def _with_identity(values: Array) -> Array:
    """Let a recurrent kernel start as the identity, below small random numbers."""
    eye = singles(values)
    size = min(eye.shape) if len(eye) > 1 else 0
    eye[len(eye) - size :, :size] = np.eye(size)
    return eye


def _heavy_tailed(values: Array) -> Array:
    """Divide normal numbers by normal numbers."""
    return singles(values / np.maximum(np.abs(np.roll(values, 1)), np.abs(values) / 12345.6))


WEIGHTS: dict[str, Callable[[Array], Array]] = {
    "float32": singles,
    "float64": lambda values: values,
    "float16": lambda values: np.asarray(values.astype(np.float16), np.float64),
    "bfloat16": _bfloat16,
    "pruned": lambda values: singles(values * (np.abs(values) > np.quantile(np.abs(values), 0.9))),
    "int8": lambda values: _quantised(values, 127),
    "int4": lambda values: _quantised(values, 7),
    "ternary": lambda values: np.sign(np.rint(values / np.abs(values).max() * 1.4)) * 0.05,
    "powers of two": lambda values: np.sign(values) * 2.0 ** np.rint(np.log2(np.abs(values))),
    "multiples of 1/64": lambda values: np.rint(values * 64) / 64,
    "constants in two gates": _with_constants,
    "identity": _with_identity,
    "zeros": np.zeros_like,
    "heavy tails": _heavy_tailed,
    "large": lambda values: singles(values * 1e7),
    "whole numbers of 8 bits": lambda values: np.rint(values / np.abs(values).max() * 127),
    "whole numbers of 16 bits": lambda values: np.rint(values / np.abs(values).max() * 32767),
    "counting numbers": lambda values: np.arange(values.size, dtype=np.float64).reshape(values.shape),
}


def shortest(number: float) -> str:
    """Print as numpy prints a float32 number where it is one."""
    return str(np.float32(number)) if float(np.float32(number)) == number else repr(number)


def _format(specification: str) -> Text:
    return lambda number: format(number, specification)


FORMATS: dict[str, Text] = {
    "%.18e": _format(".18e"),
    "%.9g": _format(".9g"),
    "%.17g": _format(".17g"),
    "%.8e": _format(".8e"),
    "repr of float32": shortest,
    "repr of float64": repr,
    "capital E": lambda number: shortest(number).upper(),
    "plain decimals": lambda number: np.format_float_positional(np.float32(number), trim="-"),
    "15 digits": _format(".15g"),
    "repr of float16": lambda number: str(np.float16(number)),
    "%.6g of bfloat16": lambda number: format(_bfloat16(np.array(number)).item(), ".6g"),
}
OF_SMALLER_FLOATS = {"repr of float16": "float16", "%.6g of bfloat16": "bfloat16"}
"""Formats that suit one type only, and take the digits of every other."""


def spreadsheet(digits: int) -> Text:
    """Save as a spreadsheet does: cells with an exponent keep few digits."""

    def save(number: float) -> str:
        text = shortest(number)
        return f"{number:.{digits - 1}E}" if "e" in text else text.removesuffix(".0")

    return save


def without_point(text: str) -> str:
    """Take a point for nothing, and leave the digits as they stand: `0.125` becomes `0125`."""
    return text.replace(".", "")


def as_thousands(text: str) -> str:
    """Take a point for the sign between thousands, as a spreadsheet may: `0.125` becomes `125`."""
    number = Decimal(without_point(text))
    return f"{number:.14E}" if number != number.to_integral_value() or abs(number) >= 10**15 else f"{number:.0f}"


def as_thousands_then_pandas(text: str) -> str:
    """Let pandas save once more what a spreadsheet made whole: `0.125` becomes `125.0`."""
    return repr(float(as_thousands(text)))


class Accident(NamedTuple):
    """What happened to the numbers of an export, the kind of damage that is to be said, and the scales that suffer."""

    kind: str
    save: Text
    scales: tuple[float, ...] = SCALES


ACCIDENTS = {
    **{f"%.{n}g": Accident("rounded", _format(f".{n}g")) for n in (3, 4, 5, 6, 7)},
    **{f"%.{n}e": Accident("rounded", _format(f".{n}e")) for n in (2, 4, 6)},
    **{f"%.{n}f": Accident("rounded", _format(f".{n}f"), TRAINED) for n in (2, 3, 4, 5, 6)},
    "%.8f": Accident("rounded", _format(".8f"), (1e-3, 0.05)),
    "np.round(4), %.18e": Accident("rounded", lambda number: f"{round(number, 4):.18e}", TRAINED),
    "np.round(4), float32": Accident("rounded", lambda number: f"{np.float32(round(number, 4)):.18e}", TRAINED),
    "cut to 3 digits": Accident("cut", spreadsheet(3), (1e-3, 0.05)),
    "cut to 6 digits": Accident("cut", spreadsheet(6), (1e-3,)),
    "cut to 3, then pandas": Accident("cut", lambda number: repr(float(spreadsheet(3)(number))), (1e-3,)),
}

POINTED = {
    **{f"%.{n}f": _format(f".{n}f") for n in (3, 4, 5, 6, 7, 9)},
    **{f"%.{n}g": _format(f".{n}g") for n in (5, 7, 9, 17)},
    "%.18e": _format(".18e"),
    "pandas, or repr of float32": shortest,
    "repr of float64": lambda number: repr(number * (1 + 2**-40)),
}
"""Formats whose points may be lost."""

WAYS: dict[str, Callable[[str], str]] = {
    "zeros kept": without_point,
    "whole numbers": as_thousands,
    "then pandas": as_thousands_then_pandas,
}
SHARES: dict[str, Callable[[int], int]] = {
    "one cell": lambda cells: 1,
    "1 in 40": lambda cells: max(1, cells // 40),
    "half": lambda cells: cells // 2,
    "all but one": lambda cells: cells - 1,
    "all": lambda cells: cells,
}


class LostPoints(NamedTuple):
    """How points were lost: the format, what became of the numbers, of which share, and in which file."""

    form: str
    way: str
    share: str
    of_bias: bool = False


def printed(values: Array, text: Text) -> list[list[str]]:
    """Print the rows of a table."""
    return [[text(number) for number in row] for row in values.tolist()]


def drawn(sizes: Sizes, scale: float, seed: int) -> tuple[Array, Array]:
    """Draw a kernel and its bias [1, 4H], which is smaller, as that of a trained layer is."""
    draw = np.random.default_rng([seed, *sizes])
    kernel = draw.standard_normal((sizes.rows, sizes.columns)) * scale
    return kernel, draw.standard_normal((1, sizes.columns)) * scale / 7


def kinds(folder: Path, sizes: Sizes, kernel: list[list[str]], bias: list[list[str]]) -> list[str]:
    """Write the cells, and give the kinds of damage that are found in kernel and bias."""
    for name, rows in (("kernel.csv", kernel), ("bias.csv", bias)):
        (folder / name).write_text("".join(",".join(row) + "\n" for row in rows))
    export = read_pair(str(folder / "kernel.csv"), str(folder / "bias.csv"), sizes)
    return [damage.kind for damage in damage_of(export.kernel, export.bias)]


def undamaged(
    folder: Path, seeds: range, sizes_made: list[Sizes], scales: tuple[float, ...] = SCALES
) -> Iterator[tuple[str, list[str]]]:
    """Make what is not damaged, and yield its weights and format with the kinds of damage that are found in it."""
    for seed, sizes, scale in product(seeds, sizes_made, scales):
        pair = drawn(sizes, scale, seed)
        for weights, form in product(WEIGHTS, FORMATS):
            if OF_SMALLER_FLOATS.get(form, weights) == weights:
                kernel, bias = (printed(WEIGHTS[weights](values), FORMATS[form]) for values in pair)
                if all(abs(float(cell)) < float("inf") for cell in kernel[0]):
                    yield f"{weights}, {form}", kinds(folder, sizes, kernel, bias)


def damaged(folder: Path, accident: Accident, sizes: Sizes, seeds: range) -> Iterator[list[str]]:
    """Let an accident happen to float32 kernels, and yield the kinds of damage that are found where it left a mark."""
    for seed, scale in product(seeds, accident.scales):
        kernel, bias = (singles(values) for values in drawn(sizes, scale, seed))
        cells = printed(kernel, accident.save)
        if np.any(singles(np.array(cells, np.float64)) != kernel):
            yield kinds(folder, sizes, cells, printed(bias, shortest))


def pointless(
    folder: Path,
    lost: LostPoints,
    sizes: Sizes,
    seeds: range,
    scales: tuple[float, ...] = TRAINED,
) -> Iterator[list[str]]:
    """Take away the points of some cells of a kernel or bias, and yield the kinds of damage that are found."""
    text, way, share = POINTED[lost.form], WAYS[lost.way], SHARES[lost.share]
    for seed, scale in product(seeds, scales):
        kernel, bias = (printed(singles(values), text) for values in drawn(sizes, scale, seed))
        rows = bias if lost.of_bias else kernel
        draw = np.random.default_rng([seed, len(rows), len(rows[0])])
        order = draw.permutation(sizes.columns * len(rows))
        for at in order[: share(len(order))].tolist():
            row, column = divmod(at, sizes.columns)
            rows[row][column] = way(rows[row][column])
        yield kinds(folder, sizes, kernel, bias)


def table(folder: Path, seeds: range) -> str:
    """Give the hits as Markdown: one row an accident, one column a pair of sizes."""
    rows = [["accident", *(f"D={d}, H={h}" for d, h in SIZES)]]
    for name, accident in ACCIDENTS.items():
        found = [list(damaged(folder, accident, sizes, seeds)) for sizes in SIZES]
        rows.append([name, *(_hits(accident.kind, each) for each in found)])
    return markdown(rows)


def points_table(folder: Path, seeds: range, of_bias: bool) -> str:
    """Give the hits of lost points as Markdown: one row a format, one column a share.

    The first figure is of texts whose zeros were kept, the second of whole numbers.
    """
    rows = [["format", *SHARES]]
    for form in POINTED:
        row = [f"`{form}`"]
        for share in SHARES:
            kept, *whole = (
                [kinds for sizes in SIZES for kinds in pointless(folder, lost, sizes, seeds)]
                for lost in (LostPoints(form, way, share, of_bias) for way in WAYS)
            )
            row.append(", ".join(dict.fromkeys((_hits("whole", kept), _hits("whole", list(chain(*whole)))))))
        rows.append(row)
    return markdown(rows)


def _hits(kind: str, found: list[list[str]]) -> str:
    hits = sum(kind in one for one in found)
    return "all" if hits == len(found) > 0 else f"{hits} of {len(found)}"


def markdown(rows: list[list[str]]) -> str:
    """Give rows below their head as a table in Markdown."""
    return "\n".join(f"| {' | '.join(row)} |" for row in [rows[0], ["---"] * len(rows[0]), *rows[1:]])


def main(seeds: range) -> None:
    """Print the false alarms and the hits."""
    with tempfile.TemporaryDirectory() as folder:
        found = list(undamaged(Path(folder), seeds, SIZES))
        alarms = Counter(name for name, said in found if said)
        print(f"{len(found)} undamaged sets, {alarms.total()} false alarms {dict(alarms) or ''}\n")
        print(table(Path(folder), seeds))
        for name in ("kernel", "bias"):
            print(f"\nPoints lost in the {name}:\n\n{points_table(Path(folder), seeds, name == 'bias')}")


if __name__ == "__main__":
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    main(range(first, first + (int(sys.argv[1]) if len(sys.argv) > 1 else 1)))
