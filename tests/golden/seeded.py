"""Random float32 arrays from a name, bit for bit the same in every numpy and on every processor.

A recording of 512 units has 2 million weights: they are made again from their name instead of being stored. Random
bytes become integers, an integer divided by a power of two is exact, and one product is rounded once.
"""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np


def uniform(name: str, shape: tuple[int, ...], limit: float) -> np.ndarray[Any, Any]:
    """Draw float32 numbers from -limit to limit; the name is the seed."""
    random_bytes = np.random.RandomState(zlib.crc32(name.encode())).bytes(4 * int(np.prod(shape)))
    return (np.frombuffer(random_bytes, "<i4") / 2.0**31 * limit).astype(np.float32).reshape(shape)
