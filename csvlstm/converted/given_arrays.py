"""Arrays as a caller has them, as the texts that files of them would be, so that both take the same way.

A float of any width is written as the float64 that it is, in full.
"""

import sys
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import CsvLstmError, plural
from ..layouts.arrays import Array, Layout
from ..reading.sources import InMemory, InMemoryFolder

_NARROW = "bfloat16"
_A_TABLE = "a path, an array or a DataFrame"


def array_in(name: str, value: ArrayLike, leading: int = 0) -> NDArray[Any]:
    """Give an array of floats as a table [rows, columns]; a vector is one row, and `leading` axes of length 1 go.

    Raises CsvLstmError where it is masked, no array, of another type than floats, or of other axes.

    >>> array_in("bias", [0.5, 0.25])
    array([[0.5 , 0.25]])
    """
    masked = sys.modules.get("numpy.ma")
    if masked is not None and masked.isMaskedArray(value):
        raise CsvLstmError(f"{name} is a masked array", expected="numbers without a mask", advice="use .filled")
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):
        raise CsvLstmError(f"{name} is no table of numbers", expected=_A_TABLE) from None
    if array.dtype.name == _NARROW:
        array = array.astype(np.float32)
    if not np.issubdtype(array.dtype, np.floating):
        what = "None" if value is None else f"of dtype {array.dtype}"
        raise CsvLstmError(f"{name} is {what}", expected=f"{_A_TABLE} of floats", advice="use .astype(float)")
    shape = list(array.shape)
    if array.shape[:leading] == (1,) * leading and leading < array.ndim:
        array = array.reshape(array.shape[leading:])
    if array.ndim not in (1, 2) or array.size == 0:
        raise CsvLstmError(f"{name} has shape {shape}", expected="one or two axes, and at least one number")
    return array.reshape(1, -1) if array.ndim == 1 else array


def text_of(name: str, array: NDArray[Any]) -> InMemory:
    r"""Give the text of a table [rows, columns], each number in the fewest digits that read back.

    >>> text_of("bias", np.array([[0.1, 2.0]])).data
    b'0.1,2.0\n'
    """
    rows = (",".join(map(repr, row)) for row in array.astype(np.float64).tolist())
    return InMemory(name, "".join(f"{row}\n" for row in rows).encode())


def folder_of(layout: Layout, given: Mapping[str, Any] | Sequence[Any]) -> InMemoryFolder:
    """Give arrays as a converted set: those of a list in the layout's order, or as the framework's loader takes them.

    Raises CsvLstmError where arrays are missing or too many, and as `array_in` does.

    >>> from csvlstm.layouts.entries import KERAS
    >>> sorted(folder_of(KERAS, [np.ones((1, 4)), np.ones((1, 4)), np.ones(4)]).files)
    ['bias.csv', 'kernel.csv', 'recurrent_kernel.csv']
    """
    named = arrays_by_name(layout, given)
    tables = {one.name: array_in(one.name, named[one.name], one.leading) for one in layout.arrays}
    files = {f"{name}.csv": text_of(f"converted {name}", table) for name, table in tables.items()}
    return InMemoryFolder("converted", files)


def arrays_by_name(
    layout: Layout, given: Mapping[str, Any] | Sequence[Any], may_lack: Collection[str] = ()
) -> dict[str, Any]:
    """Give arrays by the names of a layout: those of a list in its order, those of a dictionary as loaders nest them.

    Those that a dictionary `may_lack` are left out where it does. Raises CsvLstmError where arrays are missing or too
    many.
    """
    names = [one.name for one in layout.arrays]
    if isinstance(given, Mapping):
        found = {one.name: _within(given, layout, one) for one in layout.arrays}
        lacking = [name for name, array in found.items() if array is None and name not in may_lack]
        if lacking:
            there = ", ".join(map(str, given)) or "nothing"
            raise CsvLstmError(f"no {lacking[0]} among {there}", expected=f"{', '.join(names)} of {layout.framework}")
        return {name: array for name, array in found.items() if array is not None}
    if not isinstance(given, list | tuple):
        expected = f"its folder, or a list of {', '.join(names)} of {layout.framework}"
        raise CsvLstmError(f"the converted set is of type {type(given).__name__}", expected=expected)
    if len(given) != len(names):
        raise CsvLstmError(
            f"{len(given)} {plural(len(given), 'array is', 'arrays are')} given",
            expected=f"{', '.join(names)} of {layout.framework}",
        )
    return dict(zip(names, given, strict=True))


def _within(given: Mapping[str, Any], layout: Layout, array: Array) -> Any:
    """Find an array under its own name, or under the keys of the framework's loader."""
    if array.name in given:
        return given[array.name]
    inner: Any = given
    for key in layout.keys_of(array.name) if layout.loaded_under else ("",):
        inner = inner.get(key) if isinstance(inner, Mapping) else None
    return inner
