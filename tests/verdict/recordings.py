"""Every golden run judged as it was declared truly and wrongly, without files in between.

    python -m tests.verdict.recordings

prints a table: of each run the steps that show anything, and of each declaration the largest share of the tolerance,
rounded up to one digit, and what the run is said to fit.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from csvlstm.layouts.gates import Sizes
from csvlstm.network.topology import BACKWARD, FORWARD, Cell, Network
from csvlstm.verdict.model import Activations, Model, Weights
from csvlstm.verdict.recording import Recording, Series
from csvlstm.verdict.replay import Replay, replay

from ..golden_runs import RUNS, Array, Run

UNIT = 1e-9
"""Of the last digit of %.9g, of numbers from 0.1 to 1."""


class Declared(NamedTuple):
    """What a user may declare of a run."""

    forget_bias: float
    activations: Activations


def true(run: Run) -> Declared:
    return Declared(run.forget_bias, Activations(run.recurrent_activation, run.activation))


def declarations(run: Run) -> dict[str, Declared]:
    """List the true declaration and wrong ones."""
    right = true(run)
    other = Activations() if right.activations != Activations() else Activations(output="softsign")
    return {
        "true": right,
        "forget bias + 0.01": right._replace(forget_bias=run.forget_bias + 0.01),
        "0, or 1 for 0": right._replace(forget_bias=0.0 if run.forget_bias else 1.0),
        "another activation": right._replace(activations=other),
    }


def model(run: Run, forget_bias: float) -> Model:
    """Make a model of a run's weights in both layouts, converted by hand."""
    layers, weights = list[tuple[Cell, ...]](), list[Weights]()
    for k, layer in enumerate(run.layers):
        directions = (FORWARD, BACKWARD) if len(layer) > 1 else ("",)
        layers.append(
            tuple(
                Cell((), Sizes(cell.input_size, cell.hidden_size), forget_bias, str(k), direction)
                for cell, direction in zip(layer, directions, strict=True)
            )
        )
        weights += [
            Weights(
                {"kernel": cell.kernel.astype(float), "bias": cell.bias.astype(float)[None]},
                _converted(cell.kernel, cell.bias, forget_bias),
            )
            for cell in layer
        ]
    return Model(Network(tuple(layers)), weights)


def _converted(kernel: Array, bias: Array, forget_bias: float) -> dict[str, Array]:
    i, j, f, o = np.split(kernel.astype(float), 4, axis=1)
    rows = np.concatenate([i, f, j, o], axis=1)
    i, j, f, o = np.split(bias.astype(float), 4)
    d = len(kernel) - len(bias) // 4
    return {"kernel": rows[:d], "recurrent_kernel": rows[d:], "bias": np.concatenate([i, f + forget_bias, j, o])}


def judged(run: Run, declared: Declared) -> Replay:
    """Judge a run as it was declared."""
    series = (Series(array.astype(float), np.full(array.shape, UNIT / 2)) for array in (run.x, run.outputs))
    return replay(model(run, declared.forget_bias), Recording(*series), declared.activations)


def names_the_truth(run: Run, found: Replay) -> bool:
    """Tell whether what a run is said to fit is what it was recorded with."""
    fits = found.fits
    if fits is None:
        return False
    return (fits.forget_bias, fits.recurrent_activation, fits.activation, fits.outputs) == (
        run.forget_bias,
        run.recurrent_activation,
        run.activation,
        "as recorded",
    )


def row(run: Run) -> list[str]:
    """Give the row of a run in the table."""
    found = {name: judged(run, declared) for name, declared in declarations(run).items()}
    truth = found["true"]
    cells = [f"{_share(one.export)} {_verdict(run, one)}" for one in found.values()]
    return [run.name, f"{truth.steps_shown} of {truth.steps}", *cells]


def _verdict(run: Run, found: Replay) -> str:
    if not names_the_truth(run, found):
        return "truth not named"
    return "fits" if found.agrees else "named"


def _share(share: float) -> str:
    digit = 10.0 ** np.floor(np.log10(share))
    return f"{np.ceil(share / digit) * digit:,.10g}"


HEAD = ["recording", "steps shown", *declarations(RUNS[0])]


def table(runs: list[Run] = RUNS) -> Iterator[str]:
    """Give the table as Markdown."""
    yield from (f"| {' | '.join(cells)} |" for cells in (HEAD, ["---"] * len(HEAD)))
    yield from (f"| {' | '.join(row(run))} |" for run in runs)


if __name__ == "__main__":
    for line in table():
        print(line, flush=True)
