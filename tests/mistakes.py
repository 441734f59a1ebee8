"""Every mistake that people make when they convert by hand, made on random weights, with the name that it must get.

    python -m tests.mistakes

prints the confusion table: mistakes made in rows, mistakes named in columns. The mistakes are made without the package.
"""

import struct
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

import numpy as np

from csvlstm.layouts.gates import Sizes

from .exports import check_cell

Parts = dict[str, np.ndarray]

SIZES = [(3, 5), (7, 2), (5, 5), (1, 4), (6, 1), (1, 1), (2, 1), (4, 4), (8, 2), (12, 9)]
FORGET_BIASES = [1.0, 2.5, 0.3, 0.0]
SUMS = ["float64", "float32", "mixed"]
PRINTS = ["%.17g", "%.9g", "%.8e", "%.12g"]


class Layer(NamedTuple):
    """An exported cell: kernel [D+H, 4H] and bias [4H] in float32, and the forget bias that belongs to it.

    `sums` is how whoever converts it adds, and `form` how they print.
    """

    kernel: np.ndarray
    bias: np.ndarray
    input_size: int
    forget_bias: float
    sums: str = "float64"
    form: str = "%.17g"

    def add(self, numbers: np.ndarray, constant: float) -> np.ndarray:
        """Add a constant to numbers of the bias."""
        if self.sums == "float32":
            return (numbers.astype(np.float32) + np.float32(constant)).astype(np.float64)
        exported = numbers.astype(np.float32).astype(np.float64) if self.sums == "mixed" else numbers
        return np.asarray(exported, np.float64) + constant

    @property
    def hidden_size(self) -> int:
        return len(self.bias) // 4


class Made(NamedTuple):
    """A mistake: the parts that it touches, the set that it leads to, and the kind that it must be named.

    With fewer units than `units`, the numbers fit other kinds as well. `reads` are the parts that it copies.
    """

    touches: frozenset[str]
    make: Callable[[Layer, Parts, np.random.Generator], Parts]
    kind: str
    units: int = 1
    reads: frozenset[str] = frozenset()


def random_layer(draw: np.random.Generator, input_size: int, hidden_size: int, forget_bias: float) -> Layer:
    """Draw an export of normally distributed float32 weights."""
    kernel = draw.normal(0, 0.3, (input_size + hidden_size, 4 * hidden_size)).astype(np.float32)
    return Layer(kernel, draw.normal(0, 0.5, 4 * hidden_size).astype(np.float32), input_size, forget_bias)


def converted(layer: Layer, order: str = "ifjo") -> Parts:
    """Convert by hand, in float64; `order` is that of the gates in the result."""
    i, j, f, o = np.split(layer.kernel.astype(np.float64), 4, axis=1)
    kernel = np.concatenate([{"i": i, "j": j, "f": f, "o": o}[gate] for gate in order], axis=1)
    i, j, f, o = np.split(layer.bias.astype(np.float64), 4)
    bias = np.concatenate([{"i": i, "j": j, "f": layer.add(f, layer.forget_bias), "o": o}[gate] for gate in order])
    return {"kernel": kernel[: layer.input_size], "recurrent_kernel": kernel[layer.input_size :], "bias": bias}


def mistakes() -> dict[str, Made]:
    """List the mistakes by name."""
    made = {f"order {order} in {part}": _order(order, [part]) for order in _orders() for part in _PARTS}
    made |= {f"order {order} in all": _order(order, _PARTS) for order in _orders()}
    made |= {f"forget bias {name}": _bias(change, kind) for name, change, kind in _FORGET_BIASES}
    made |= {f"constant on {name}": _constant(gates, kind) for name, gates, kind in _CONSTANTS}
    made |= {f"bias rounded to {name} first": _rounded_first(name) for name in _FORMATS if name != "%.7g"}
    made |= {f"{part} cast to {name}": _cast([part], name) for part in _PARTS for name in _CASTS}
    made |= {f"all cast to {name}": _cast(_PARTS, name) for name in _CASTS}
    made |= {f"bias cast to {name} first": _cast_first(name) for name in _CASTS}
    made |= {f"{part} cut off in {count}": _cut_off(part, count) for part in _PARTS for count in (1, 2)}
    made |= {f"{part} cut off after 3 decimals": _cut_off_everywhere(part) for part in _PARTS}
    made |= {f"{part} rounded to {name}": _rounded(part, name) for part in _PARTS for name in _FORMATS}
    made |= {
        f"{part} rounded to {name}, kept as float32": _rounded(part, name, np.float32)
        for part in _PARTS
        for name in _FORMATS
        if name != "%.7g"
    }
    made |= {f"{part} cut": _cut(part) for part in _PARTS}
    made |= {f"{part} edited in {count}": _edited(part, count) for part in _PARTS for count in (1, 2, 12)}
    made |= {f"{part} of another layer": _other_layer(part) for part in _PARTS}
    return made | _SHAPES


def _orders() -> list[str]:
    return ["".join(order) for order in permutations("ijfo") if "".join(order) != "ifjo"]


_PARTS = ["kernel", "recurrent_kernel", "bias"]
_KERNELS = ["kernel", "recurrent_kernel"]
_FORMATS = ["%.3g", "%.5g", "%.7g", "%.2f", "%.4f", "%.6f"]


def _made(parts: list[str], make: Callable[[Layer, Parts, np.random.Generator], Parts], kind: str) -> Made:
    return Made(frozenset(parts), make, kind)


def _order(order: str, parts: list[str]) -> Made:
    def make(layer: Layer, right: Parts, draw: np.random.Generator) -> Parts:
        return {part: converted(layer, order)[part] for part in parts}

    return _made(parts, make, f"gate_order:{order.replace('j', 'c')}")


Change = Callable[[Layer, list[np.ndarray], float], None]


def _bias(change: Change, kind: str, units: int = 1) -> Made:
    def make(layer: Layer, right: Parts, draw: np.random.Generator) -> Parts:
        quarters = [quarter.astype(np.float64) for quarter in np.split(layer.bias, 4)]
        gates = {"i": quarters[0], "f": quarters[2], "j": quarters[1], "o": quarters[3]}
        change(layer, list(gates.values()), layer.forget_bias)
        return {"bias": np.concatenate(list(gates.values()))}

    return _made(["bias"], make, kind)._replace(units=units)


def _add(*gates: int, times: float = 1.0) -> Change:
    def change(layer: Layer, quarters: list[np.ndarray], forget_bias: float) -> None:
        for gate in gates:
            quarters[gate][:] = layer.add(quarters[gate], times * forget_bias)

    return change


def _constant(gates: str, kind: str) -> Made:
    def change(layer: Layer, quarters: list[np.ndarray], forget_bias: float) -> None:
        constant = 0.75 if forget_bias else 1.0
        for gate, numbers in zip("ifco", quarters, strict=True):
            right = forget_bias if gate == "f" else 0.0
            numbers[:] = layer.add(numbers, right + constant if gate in gates else right)

    return _bias(change, kind, units=2)


_CONSTANTS = [
    ("gate f", "f", "forget_bias_size"),
    *((f"gates {gates}", gates, f"constant_on:{gates}") for gates in ("i", "c", "o", "ic", "fo", "ico", "ifco")),
]


_FORGET_BIASES = [
    ("missing", _add(), "forget_bias_missing"),
    ("twice", _add(1, times=2), "forget_bias_twice"),
    ("of another size", _add(1, times=1.7), "forget_bias_size"),
    ("negative", _add(1, times=-1), "forget_bias_size"),
    ("on gate i", _add(0), "forget_bias_on:i"),
    ("on gate c", _add(2), "forget_bias_on:c"),
    ("on gate o", _add(3), "forget_bias_on:o"),
    ("on all gates", _add(0, 1, 2, 3), "forget_bias_on_all"),
]


def _printed(array: np.ndarray, form: str) -> np.ndarray:
    return np.array([float(form % number) for number in array.ravel()]).reshape(array.shape)


def _rounded(part: str, form: str, kept_as: type[np.floating] = np.float64) -> Made:
    def make(layer: Layer, right: Parts, draw: np.random.Generator) -> Parts:
        return {part: _printed(right[part], form).astype(kept_as).astype(np.float64)}

    return _made([part], make, "rounded")


def _rounded_first(form: str) -> Made:
    def make(layer: Layer, right: Parts, draw: np.random.Generator) -> Parts:
        return {"bias": converted(layer._replace(bias=_printed(layer.bias, form)))["bias"]}

    # Where the forget bias has no more decimals, rounding to decimals comes to the same before and after.
    return _made(["bias"], make, "rounded" if form.endswith("f") else "rounded_first")


def _upper_half(number: float) -> float:
    """Cut a float32 number to bfloat16: its last two bytes become zero."""
    return float(struct.unpack(">f", struct.pack(">f", number)[:2] + bytes(2))[0])


def _nearest_half(number: float) -> float:
    """Round a float32 number to the nearer of the two bfloat16 numbers beside it, from the middle to the even one."""
    bits = int.from_bytes(struct.pack(">f", _upper_half(number))[:2])
    beside = {each: struct.unpack(">f", each.to_bytes(2) + bytes(2))[0] for each in (bits, bits + 1)}
    return float(beside[min(beside, key=lambda each: (abs(beside[each] - number), each % 2))])


_CASTS: dict[str, Callable[[float], float]] = {
    "float16": lambda number: float(np.float16(number)),
    "bfloat16": _nearest_half,
    "bfloat16, cut off": _upper_half,
}


def _each(array: np.ndarray, change: Callable[[float], float]) -> np.ndarray:
    return np.array([change(number) for number in array.ravel().tolist()]).reshape(array.shape)


def _cast(parts: list[str], name: str) -> Made:
    def make(layer: Layer, right: Parts, draw: np.random.Generator) -> Parts:
        return {part: _each(right[part], _CASTS[name]) for part in parts}

    return _made(parts, make, name.partition(",")[0])


def _cast_first(name: str) -> Made:
    def make(layer: Layer, right: Parts, draw: np.random.Generator) -> Parts:
        cast = layer._replace(bias=_each(layer.bias, _CASTS[name]))
        # Half of them add in the type itself.
        return {"bias": _each(converted(cast)["bias"], _CASTS[name] if draw.random() < 0.5 else float)}

    return _made(["bias"], make, name.partition(",")[0])


def _without_last_digits(number: float, digits: int = 3) -> float:
    """Cut a number to some significant digits, towards zero."""
    mantissa, exponent = f"{number:.16e}".split("e")
    return float(f"{mantissa[: mantissa.index('.') + digits]}e{exponent}")


def _roundings(number: float) -> list[float]:
    return [float(f"{number:.{digits}e}") for digits in range(3)]


def _cut_off(part: str, count: int) -> Made:
    def make(layer: Layer, right: Parts, draw: np.random.Generator) -> Parts:
        array = right[part].copy()
        # A rounding would lead to other numbers there.
        cells = [at for at, x in enumerate(array.ravel()) if _without_last_digits(x) not in _roundings(x)]
        for at in cells[: min(count, array.size // 3 or 1)]:
            array.flat[at] = _without_last_digits(array.flat[at])
        return {part: array}

    return _made([part], make, "edited")


def _cut_off_everywhere(part: str) -> Made:
    return _made([part], lambda layer, right, draw: {part: np.trunc(right[part] * 1000) / 1000}, "rounded")


def _cut(part: str) -> Made:
    def make(layer: Layer, right: Parts, draw: np.random.Generator) -> Parts:
        array = right[part].copy()
        cells = draw.choice(array.size, array.size // 5 or 1, replace=False)
        array.flat[cells] = _printed(array.flat[cells], "%.2e")
        return {part: array}

    return _made([part], make, "cut")


def _edited(part: str, count: int) -> Made:
    def make(layer: Layer, right: Parts, draw: np.random.Generator) -> Parts:
        array = right[part].copy()
        # More than half of the cells would be another file and no edit.
        cells = draw.choice(array.size, min(count, array.size // 3 or 1), replace=False)
        array.flat[cells] += draw.normal(0, 0.1, len(cells))
        return {part: array}

    return _made([part], make, "edited")


def _other_layer(part: str) -> Made:
    return _made([part], lambda layer, right, draw: {part: draw.normal(0, 0.3, right[part].shape)}, "other_layer")


def _split(layer: Layer, right: Parts, draw: np.random.Generator) -> Parts:
    kernel = np.concatenate([right["kernel"], right["recurrent_kernel"]])
    return {"kernel": kernel[layer.hidden_size :], "recurrent_kernel": kernel[: layer.hidden_size]}


def _turned_gates(layer: Layer, right: Parts, draw: np.random.Generator) -> Parts:
    return {"recurrent_kernel": np.concatenate([gate.T for gate in np.split(right["recurrent_kernel"], 4, 1)], 1)}


_SHAPES = {
    "rows split at the wrong end": _made(_KERNELS, _split, "split"),
    "recurrent kernel transposed": _made(
        ["recurrent_kernel"], lambda layer, right, draw: {"recurrent_kernel": right["recurrent_kernel"].T},
        "transposed:recurrent_kernel",
    ),
    "recurrent kernel transposed gate by gate": _made(
        ["recurrent_kernel"], _turned_gates, "transposed_gates:recurrent_kernel"
    ),
    "kernel transposed": _made(
        ["kernel"], lambda layer, right, draw: {"kernel": right["kernel"].T}, "transposed:kernel"
    ),
    "kernel and recurrent kernel exchanged": _made(
        _KERNELS,
        lambda layer, right, draw: {"kernel": right["recurrent_kernel"], "recurrent_kernel": right["kernel"]},
        "exchanged",
    ),
    "the kernel saved twice": _made(
        ["recurrent_kernel"],
        lambda layer, right, draw: {"recurrent_kernel": right["kernel"]},
        "copied:recurrent_kernel",
    )._replace(reads=frozenset(["kernel"])),
    "the recurrent kernel saved twice": _made(
        ["kernel"], lambda layer, right, draw: {"kernel": right["recurrent_kernel"]}, "copied:kernel"
    )._replace(reads=frozenset(["recurrent_kernel"])),
    "a row of a kernel saved as the bias": _made(
        ["bias"], lambda layer, right, draw: {"bias": right["recurrent_kernel"][-1]}, "copied:bias"
    )._replace(reads=frozenset(["recurrent_kernel"])),
    "two biases": _made(
        ["bias"], lambda layer, right, draw: {"bias": np.concatenate([right["bias"] / 4, right["bias"] * 0.75])},
        "two_biases",
    ),
}  # fmt: skip


def changes(layer: Layer, wrong: Parts) -> bool:
    """Tell whether a wrong set, as it is read, holds other numbers than every right one.

    With one unit, a transposed gate is the same gate, and a rounded sum may be that of another way to add.
    """
    return not all(_are_right(layer, part, array) for part, array in wrong.items())


def _are_right(layer: Layer, part: str, array: np.ndarray) -> bool:
    ways = SUMS if part == "bias" else SUMS[:1]
    rights = [converted(layer._replace(sums=sums))[part] for sums in ways]
    if array.shape != rights[0].shape:
        return False
    read = _printed(array, layer.form).astype(np.float32)
    equal = [read == _printed(right, form).astype(np.float32) for right in rights for form in PRINTS]
    return bool(np.any(equal, axis=0).all())


def write(folder: Path, layer: Layer, parts: Parts, form: str = "") -> tuple[str, str, str]:
    """Write an export and a converted set, and give the paths of kernel, bias and the set's folder."""
    form = form or layer.form
    digits = "%.9g" if layer.kernel.dtype == np.float32 else "%.17g"
    np.savetxt(folder / "k.csv", layer.kernel, delimiter=",", fmt=digits)
    np.savetxt(folder / "b.csv", layer.bias[None], delimiter=",", fmt=digits)
    for part, array in parts.items():
        np.savetxt(folder / f"{part}.csv", np.atleast_2d(array), delimiter=",", fmt=form)
    return str(folder / "k.csv"), str(folder / "b.csv"), str(folder)


def named(folder: Path, layer: Layer, parts: Parts) -> "tuple[bool, dict[str, set[str]]]":
    """Check a set as the command does: whether it is equivalent, and the kinds that are named for each part."""
    sizes = Sizes(layer.input_size, layer.hidden_size)
    report = check_cell(*write(folder, layer, parts), sizes, forget_bias=layer.forget_bias)
    kinds: dict[str, set[str]] = {}
    for finding in report.cells[0].findings:
        for part in finding.parts:
            kinds.setdefault(part, set()).update(finding.kinds)
    return report.equivalent, kinds


def confusion(seeds: int = 2) -> Iterator[tuple[str, str]]:
    """Make every mistake over all sizes, and yield its kind with each kind that was named, or "equivalent"."""
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(seeds):
            for input_size, hidden_size in SIZES:
                draw = np.random.default_rng([seed, input_size, hidden_size])
                for made in mistakes().values():
                    layer = random_layer(draw, input_size, hidden_size, FORGET_BIASES[seed % len(FORGET_BIASES)])
                    layer = layer._replace(sums=str(draw.choice(SUMS)), form=str(draw.choice(PRINTS)))
                    right = converted(layer)
                    wrong = made.make(layer, right, draw)
                    if changes(layer, wrong) and hidden_size >= made.units:
                        equivalent, kinds = named(Path(folder), layer, {**right, **wrong})
                        names = {kind for part in kinds.values() for kind in part}
                        yield made.kind, "equivalent" if equivalent else " + ".join(sorted(names))


def table(pairs: Iterator[tuple[str, str]]) -> str:
    """Give the confusion table as Markdown, one row for each mistake made."""
    counts: dict[str, Counter[str]] = {}
    for made, name in pairs:
        counts.setdefault(_family(made), Counter())[
            " + ".join(sorted({_family(kind) for kind in name.split(" + ")}))
        ] += 1
    rows = ["| made | times | named |", "|---|---|---|"]
    for made, names in counts.items():
        cells = ", ".join(f"{name} {count}" for name, count in names.most_common())
        rows.append(f"| {made} | {names.total()} | {cells} |")
    return "\n".join(rows)


def _family(kind: str) -> str:
    return kind.partition(":")[0] if kind.startswith("gate_order") else kind


if __name__ == "__main__":
    print(table(confusion(int(sys.argv[1]) if len(sys.argv) > 1 else 2)))
