"""Other processors, imitated: OpenBLAS takes the kernels of an older one, and numpy leaves newer instructions out.

    python -m tests.whole.processors

prints, for each imitation, digests of the bits of a product and of some activations; they differ. What the program says
must not.
"""

import hashlib
import platform
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from tests import children
from tests.seeds import some_of

ROOT = Path(__file__).parents[2]
NAMES = ("Prescott", "Nehalem", "Haswell")
IS_X86 = platform.machine() in ("x86_64", "AMD64")
ON_EACH = some_of("processor", NAMES, few=1)


def environment(processor: str) -> dict[str, str]:
    """Give the environment of a process that is to compute as another processor does; Haswell keeps what numpy has.

    Source: "Runtime variables" of OpenBLAS's README, and "CPU dispatcher" of numpy's reference.
    """
    variables = {"OPENBLAS_CORETYPE": processor}
    if processor != "Haswell":
        variables["NPY_DISABLE_CPU_FEATURES"] = " ".join(_dispatched())
    return children.environment(**variables)


def _dispatched() -> list[str]:
    core = import_module("numpy._core._multiarray_umath")
    return [name for name in core.__cpu_dispatch__ if core.__cpu_features__.get(name)]


def bits() -> str:
    """Digest the bits of a product and of activations."""
    numbers = np.sin(np.arange(60_000.0)).reshape(300, 200)
    results = numbers @ numbers.T, numbers.astype(np.float32) @ numbers.T.astype(np.float32), np.tanh(numbers)
    return " ".join(hashlib.sha256(array.tobytes()).hexdigest()[:8] for array in results)


def bits_on(processor: str) -> str:
    """Digest the bits that an imitated processor computes."""
    code = "from tests.whole.processors import bits; print(bits())"
    return run_on(processor, [sys.executable, "-c", code], cwd=ROOT)


def run_on(processor: str, command: str | Sequence[str], **how: Any) -> str:
    """Run a command as on another processor, and give what it prints, standard error too."""
    words = ["sh", "-c", command] if isinstance(command, str) else command
    how |= {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "env": environment(processor)}
    return children.run(words, **how).stdout.decode()


if __name__ == "__main__":
    for name in NAMES:
        print(f"{name:10}", bits_on(name).strip())
