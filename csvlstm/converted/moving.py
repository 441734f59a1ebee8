"""The conversion itself, of arrays and of files: what a plan moves, as text and as numbers.

The numbers of a matrix are moved and not rewritten, and those that the check reads are views of the export's: a copy of
a large kernel takes as long as the check of it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import CsvLstmError
from ..layouts.arrays import Span
from ..layouts.entries import SOURCE, TARGET
from ..layouts.gates import GATES, Sizes
from ..layouts.plan import Plan, plan
from ..reading.floats import parse
from ..reading.scanning import Text
from ..reading.tables import WeightSet
from .blocks import array_rows, array_values, block_values
from .styles import PLAIN, Style

Store = Callable[[str, Iterable[bytes]], Text]
"""What takes the name and the pieces of a file, and gives back the text that now stands in it."""


@overload
def convert_lstm_weights(
    kernel: ArrayLike, bias: ArrayLike, hidden_size: int, forget_bias: float = 1.0
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]: ...


@overload
def convert_lstm_weights(
    kernel: Mapping[str, ArrayLike],
    *,
    forget_bias: float | None = None,
    source: str = "tf1",
    target: str = "keras",
    target_forget_bias: float | None = None,
) -> dict[str, NDArray[Any]]: ...


def convert_lstm_weights(
    kernel: ArrayLike | Mapping[str, ArrayLike],
    bias: ArrayLike | None = None,
    hidden_size: int | None = None,
    forget_bias: float | None = None,
    *,
    source: str = "tf1",
    target: str = "keras",
    target_forget_bias: float | None = None,
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]] | dict[str, NDArray[Any]]:
    """Convert the weights of a TensorFlow 1 LSTM cell to those of a Keras LSTM layer.

    `kernel` is [D+H, 4H] with gates i, j, f, o; `bias` holds 4H values; H is `hidden_size`. Gives kernel [D, 4H],
    recurrent_kernel [H, 4H] and bias [4H] with gates i, f, c, o and the forget bias added, as new arrays of the same
    dtypes. The sum of bias and forget bias is taken in float64 or better, and rounded once. The forget bias is 1.0
    where none is given.

    A dictionary in place of both holds the arrays of any `source` layout by their names, in the framework's own shapes;
    it becomes one of the `target`. `csvlstm layouts` lists them. `target_forget_bias` is what a TensorFlow 1 cell will
    be built with.

    Raises CsvLstmError where the shapes do not fit `hidden_size`, a dtype is not a float type, or a sum with the forget
    bias is not finite.
    Source: the equations of `LSTMCell.call` in TensorFlow 1.15 and in Keras 3, as in `csvlstm.layouts`.

    >>> kernel = np.array([[0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8]], "float32")
    >>> for part in convert_lstm_weights(kernel, np.array([1.0, 2.0, 3.0, 4.0]), hidden_size=1):
    ...     print(part)
    [[0.1 0.3 0.2 0.4]]
    [[0.5 0.7 0.6 0.8]]
    [1. 4. 2. 4.]
    >>> weights = {"kernel": kernel, "bias": np.array([1.0, 2.0, 3.0, 4.0])}
    >>> convert_lstm_weights(weights, source="tf1", target="pytorch")["bias_hh"]
    array([0., 1., 0., 0.])
    """
    if isinstance(kernel, Mapping):
        from .arrays_of_any import convert_arrays

        return convert_arrays(kernel, source, target, forget_bias, target_forget_bias)
    if (source, target, target_forget_bias) != (SOURCE.key, TARGET.key, None):
        raise CsvLstmError("arrays without names are of TensorFlow 1", expected="a dictionary of arrays by their names")
    if bias is None or hidden_size is None:
        raise CsvLstmError("a kernel alone is given", expected="kernel, bias and hidden_size")
    forget_bias = 1.0 if forget_bias is None else forget_bias
    kernel, bias = np.asarray(kernel), np.asarray(bias)
    _refuse_shapes(kernel, bias, hidden_size)
    if not np.isfinite(forget_bias):
        raise CsvLstmError(f"the forget bias is {forget_bias!r}", expected="a finite number")
    moves = plan(SOURCE, TARGET, Sizes(len(kernel) - hidden_size, hidden_size), forget_bias)
    given = dict(zip((array.name for array in SOURCE.arrays), (kernel, bias.reshape(1, -1)), strict=True))
    new_kernel, recurrent_kernel, new_bias = (array_values(moves, array.name, given) for array in TARGET.arrays)
    if np.isfinite(bias).all() and not np.isfinite(new_bias).all():
        found = f"a bias and the forget bias {forget_bias!r} add up to more than {bias.dtype} holds"
        raise CsvLstmError(found, expected="a finite sum")
    return new_kernel, recurrent_kernel, new_bias.reshape(-1)


def in_memory(name: str, pieces: Iterable[bytes]) -> bytes:
    """Keep a text in memory, for a converted set that goes to no directory."""
    return b"".join(pieces)


def convert_text(plan: Plan, export: WeightSet, store: Store = in_memory, style: Style = PLAIN) -> dict[str, Text]:
    """Convert an export as text, each array in the file that `store` makes of it, written in a style.

    A bias that was a row stays a row, and a column a column. Raises CsvLstmError where a sum is infinite.

    >>> from csvlstm.reading.tables import read_pair
    >>> export = read_pair("sample_data/quirks/kernel_D1_H1.csv", "sample_data/quirks/bias_D1_H1.csv", Sizes(1, 1))
    >>> convert_text(plan(SOURCE, TARGET, Sizes(1, 1), 1.0), export)["bias"]
    b'0.01,1.03,0.02,0.04\\n'
    """
    tables, is_column = export.tables, export.vectors_are_columns
    # Vectors first: what is computed may be refused, and a matrix need not be written then.
    vectors = {
        array.name: _lying(array_rows(plan, array.name, tables), is_column)
        for array in plan.target.arrays
        if array.is_vector
    }
    texts = {}
    for array in plan.target.arrays:
        rows = vectors.get(array.name) or array_rows(plan, array.name, tables)
        lines = _lines(rows) if style == PLAIN else style.write(array, rows, plan.sizes, is_column=is_column)
        texts[array.name] = store(f"{array.name}.csv", lines)
    return texts


def _lying(rows: Iterable[bytes], is_column: bool) -> list[bytes]:
    """Give the lines of a vector, which is one row or one column."""
    (row,) = rows
    return row.split(b",") if is_column else [row]


def _lines(rows: Iterable[bytes]) -> Iterator[bytes]:
    # A newline by itself, because to put it after a long row would copy that.
    for row in rows:
        yield row
        yield b"\n"


def convert_values(plan: Plan, export: WeightSet, texts: dict[str, Text]) -> dict[Span, NDArray[np.float64]]:
    """Convert an export as numbers: those of each block of the target, by where it stands.

    What was computed is read from its new text, so that the check sees what is there. Raises CsvLstmError where a cell
    of the export is no finite number.

    >>> from csvlstm.reading.tables import read_pair
    >>> export = read_pair("sample_data/quirks/kernel_D1_H1.csv", "sample_data/quirks/bias_D1_H1.csv", Sizes(1, 1))
    >>> moves = plan(SOURCE, TARGET, Sizes(1, 1), 1.0)
    >>> [values.item() for values in convert_values(moves, export, convert_text(moves, export)).values()]
    [0.1, 0.3, 0.2, 0.4, -0.5, -0.7, 0.6, 0.8, 0.01, 1.03, 0.02, 0.04]
    """
    values, converted = export.values, {}
    for array in plan.target.arrays:
        read = _read(texts[array.name], *array.shape(plan.sizes)) if array.is_vector else None
        for move in plan.into(array.name):
            converted[move.target] = block_values(move, values) if read is None else move.target.cut(read)
    return converted


def _read(text: Text, rows: int, columns: int) -> NDArray[np.float64]:
    values = parse(text[:], rows * columns)
    assert values is not None
    return values.reshape(rows, columns)


def _refuse_shapes(kernel: NDArray[Any], bias: NDArray[Any], hidden_size: int) -> None:
    for name, array in (("kernel", kernel), ("bias", bias)):
        if not np.issubdtype(array.dtype, np.floating):
            raise CsvLstmError(f"the {name} has dtype {array.dtype}", expected="a float type", advice="use .astype")
    if hidden_size < 1:
        raise CsvLstmError(f"the hidden size is {hidden_size}", expected="1 or more")
    width = GATES * hidden_size
    if kernel.ndim != 2 or kernel.shape[1] != width or len(kernel) <= hidden_size:
        expected = f"[D+H, 4H] = [{hidden_size} + 1 or more, {width}]"
        raise CsvLstmError(
            f"the kernel has shape {list(kernel.shape)}", expected=expected, advice=_advice(bias, hidden_size)
        )
    if bias.size != width or max(bias.shape) != bias.size:
        found = f"the bias has shape {list(bias.shape)}"
        raise CsvLstmError(found, expected=f"[4H] = [{width}]", advice=_advice(bias, hidden_size))


def _advice(bias: NDArray[Any], hidden_size: int) -> str:
    fitting, rest = divmod(bias.size, GATES)
    if not fitting or rest:
        return "is the hidden size right?"
    if fitting == hidden_size:
        return "are these the kernel and the bias of one LSTM cell?"
    return f"the bias's {bias.size} values = {GATES} x {fitting} would mean hidden_size={fitting}"
