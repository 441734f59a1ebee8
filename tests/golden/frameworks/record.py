"""Record what the LSTM of a real framework computes: one .npz file a case, beside this script.

    python tests/golden/frameworks/record.py pytorch onnx ...

with the framework installed; `run_NAME.py` says which package that is. The files of a framework that has the arrays of
another one are in alike/. Each file holds

    versions                      the framework's package and version
    x                             [batch, steps, D]
    forget_bias                   what the cell was built with, where that is an argument
    weights:NAME                  each array under the framework's own name, in its own shape
    initial_c, initial_h          before the first step: c [batch, H], h [batch, H], or P where it is projected
    final_c, final_h              after the last one
    outputs                       [batch, steps, H], or P where they are projected

The weights are random and no two arrays are alike. D, H, P, batch and steps differ, and D == H is a case of its own.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))

from seeded import uniform  # noqa: E402

SIZES = [(3, 5, 2), (4, 4, 3)]
BATCH, STEPS = 2, 12


def record(framework, kind, sizes):
    """Run one layer with random weights from random states, and write down all of it."""
    d, h, p = sizes
    real = import_module("run_" + framework)
    name = "_".join([framework, *([kind] if kind != "plain" else []), f"D{d}", f"H{h}"])
    shapes = real.shapes(kind, d, h, p)
    weights = {array: uniform(name + array, shape, 0.6) for array, shape in shapes.items()}
    x = uniform(name + "x", (BATCH, STEPS, d), 1.5)
    widths = [(p if kind == "projection" and state == "h" else h) for state in real.STATES]
    initial = [uniform(name + str(at), (BATCH, width), 0.9) for at, width in enumerate(widths)]
    outputs, final = real.run(weights, x, initial)
    arrays = {"weights:" + array: values for array, values in weights.items()}
    for stage, states in (("initial", initial), ("final", final)):
        arrays.update({f"{stage}_{state}": np.asarray(states[at]) for at, state in enumerate(real.STATES)})
    np.savez_compressed(
        str(HERE / getattr(real, "FOLDER", "") / (name + ".npz")),
        versions=real.VERSIONS,
        forget_bias=getattr(real, "FORGET_BIAS", 0.0),
        x=x,
        outputs=np.asarray(outputs),
        **arrays,
    )
    print(name)


def main():
    for framework in sys.argv[1:]:
        for kind in import_module("run_" + framework).KINDS:
            for sizes in SIZES:
                record(framework, kind, sizes)


if __name__ == "__main__":
    main()
