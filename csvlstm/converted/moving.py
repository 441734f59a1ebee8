"""The conversion itself: swap the middle quarters, split the rows, add the forget bias.

The kernel's numbers are moved and not rewritten: one function swaps and splits, and it serves the values as well as the
spans that say where the text of each quarter stands. It does so with the four quarters of the columns as views of the
whole, because a copy of a large kernel takes as long as the check of it.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import CsvLstmError, Place
from ..layouts.layout import KERAS, KERNELS, PARTS, TF1, Gate, quarter_order
from ..layouts.references import Quarters, quarters_of
from ..reading.floats import parse
from ..reading.parsing import Text
from ..reading.tables import Export, Table, lines
from .styles import PLAIN, Style

Store = Callable[[str, Iterable[bytes]], Text]
"""What takes the name and the pieces of a file, and gives back the text that now stands in it."""


def convert_lstm_weights(
    kernel: ArrayLike, bias: ArrayLike, hidden_size: int, forget_bias: float = 1.0
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Convert the weights of a TensorFlow 1 LSTM cell to those of a Keras LSTM layer.

    `kernel` is [D+H, 4H] with gates i, j, f, o; `bias` holds 4H values; H is `hidden_size`. Gives kernel [D, 4H],
    recurrent_kernel [H, 4H] and bias [4H] with gates i, f, c, o and the forget bias added, as new arrays of the same
    dtypes. The sum of bias and forget bias is taken in float64 or better, and rounded once.

    Raises CsvLstmError where the shapes do not fit `hidden_size`, a dtype is not a float type, or a sum with the forget
    bias is not finite.
    Source: the equations of `LSTMCell.call` in TensorFlow 1.15 and in Keras 3, as in `csvlstm.layouts.layout`.

    >>> kernel = np.array([[0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8]], "float32")
    >>> for part in convert_lstm_weights(kernel, np.array([1.0, 2.0, 3.0, 4.0]), hidden_size=1):
    ...     print(part)
    [[0.1 0.3 0.2 0.4]]
    [[0.5 0.7 0.6 0.8]]
    [1. 4. 2. 4.]
    """
    kernel, bias = np.asarray(kernel), np.asarray(bias)
    _refuse_shapes(kernel, bias, hidden_size)
    if not np.isfinite(forget_bias):
        raise CsvLstmError(f"the forget bias is {forget_bias!r}", expected="a finite number")
    parts = move(quarters_of(kernel), len(kernel) - hidden_size)
    # With the dtype said, because the byte order would become the machine's.
    new_kernel, recurrent_kernel = (np.concatenate(part, axis=1, dtype=kernel.dtype) for part in parts)
    new_bias = _convert_bias(bias.reshape(1, -1), forget_bias)
    if np.isfinite(bias).all() and not np.isfinite(new_bias).all():
        raise CsvLstmError(f"a bias and the forget bias {forget_bias!r} add up to more than {bias.dtype} holds")
    return new_kernel, recurrent_kernel, new_bias


def move(quarters: Quarters, input_size: int) -> tuple[Quarters, Quarters]:
    """Swap the quarters from TensorFlow 1's order to Keras's, and split the rows behind row D.

    `quarters` are four arrays [D+H, ...], of values or of spans; gives views, four [D, ...] and four [H, ...].

    >>> for part in move(quarters_of(np.array([["i", "j", "f", "o"], ["I", "J", "F", "O"]])), 1):
    ...     print(*map(str, part))
    [['i']] [['f']] [['j']] [['o']]
    [['I']] [['F']] [['J']] [['O']]
    """
    moved = [quarters[quarter] for quarter in quarter_order(TF1, KERAS)]
    return [quarter[:input_size] for quarter in moved], [quarter[input_size:] for quarter in moved]


def in_memory(name: str, pieces: Iterable[bytes]) -> bytes:
    """Keep a text in memory, for a converted set that goes to no directory."""
    return b"".join(pieces)


def convert_bias_text(bias: Table, forget_bias: float) -> bytes:
    """Move the bias's text, and write its forget cells, where they change, as the shortest text that reads back.

    A bias that was a row stays a row, and a column a column. Raises CsvLstmError where a sum is infinite.

    >>> from csvlstm.layouts.layout import Sizes
    >>> from csvlstm.reading.tables import read_export
    >>> export = read_export("sample_data/quirks/kernel_D1_H1.csv", "sample_data/quirks/bias_D1_H1.csv", Sizes(1, 1))
    >>> convert_bias_text(export.bias, 1.0)
    b'0.01,1.03,0.02,0.04\\n'
    """
    cells = next(lines(bias.text, move(bias.spans, 1)[0])).split(b",")
    if forget_bias:
        hidden_size = len(cells) // 4
        sums = _convert_bias(bias.values, forget_bias)
        if not np.isfinite(sums).all():
            raise CsvLstmError(f"a bias and the forget bias {forget_bias!r} add up to infinity", Place(bias.name))
        forget = slice(KERAS.quarter(Gate.FORGET) * hidden_size, (KERAS.quarter(Gate.FORGET) + 1) * hidden_size)
        cells[forget] = [repr(number).encode() for number in sums[forget].tolist()]
    return (b"\n" if bias.form.grid.columns == 1 else b",").join(cells) + b"\n"


def convert_text(export: Export, bias_text: bytes, store: Store = in_memory, style: Style = PLAIN) -> dict[str, Text]:
    """Convert an export as text, each part in the file that `store` makes of it, written in a style.

    >>> from csvlstm.layouts.layout import Sizes
    >>> from csvlstm.reading.tables import read_export
    >>> export = read_export("sample_data/quirks/kernel_D1_H1.csv", "sample_data/quirks/bias_D1_H1.csv", Sizes(1, 1))
    >>> convert_text(export, b"0.01,1.03,0.02,0.04\\n")["kernel"]
    b'0.1,0.3,0.2,0.4\\n'
    """
    moved = move(export.kernel.spans, export.sizes.input_size)
    pieces: list[Iterable[bytes]] = [*(lines(export.kernel.text, part) for part in moved), [bias_text]]
    if style != PLAIN:
        pieces = _styled(export, moved, bias_text, style)
    return {part: store(f"{part}.csv", piece) for part, piece in zip(PARTS, pieces, strict=True)}


def _styled(export: Export, moved: Sequence[Quarters], bias_text: bytes, style: Style) -> list[Iterable[bytes]]:
    # Every other piece is a newline.
    rows = [*(islice(lines(export.kernel.text, part), 0, None, 2) for part in moved), bias_text.splitlines()]
    is_column = export.bias.form.grid.columns == 1
    return [
        style.write(part, cells, export.sizes, is_column=is_column) for part, cells in zip(PARTS, rows, strict=True)
    ]


def convert_values(export: Export, bias_text: bytes) -> dict[str, Quarters]:
    """Convert an export as numbers, in quarters: kernel four [D, H], recurrent kernel four [H, H], bias four [1, H].

    Those of the bias are read from its new text, so that the check sees what is there. Raises CsvLstmError where a cell
    of the export is no finite number.

    >>> from csvlstm.layouts.layout import Sizes
    >>> from csvlstm.reading.tables import read_export
    >>> export = read_export("sample_data/quirks/kernel_D1_H1.csv", "sample_data/quirks/bias_D1_H1.csv", Sizes(1, 1))
    >>> convert_values(export, b"0.01,1.03,0.02,0.04\\n")["bias"]
    [array([[0.01]]), array([[1.03]]), array([[0.02]]), array([[0.04]])]
    """
    kernel, recurrent_kernel = move(quarters_of(export.kernel.values), export.sizes.input_size)
    bias = parse(bias_text, export.sizes.columns)
    assert bias is not None
    return dict(zip(PARTS, (kernel, recurrent_kernel, quarters_of(bias.reshape(1, -1))), strict=True))


def moved_values(export: Export, part: str) -> NDArray[np.float64]:
    """Give the numbers of a converted kernel [D, 4H], or recurrent kernel [H, 4H], as an array of its own.

    Raises CsvLstmError where a cell of the export is no finite number.

    >>> from csvlstm.layouts.layout import Sizes
    >>> from csvlstm.reading.tables import read_export
    >>> export = read_export("sample_data/quirks/kernel_D1_H1.csv", "sample_data/quirks/bias_D1_H1.csv", Sizes(1, 1))
    >>> moved_values(export, "recurrent_kernel")
    array([[-0.5, -0.7,  0.6,  0.8]])
    """
    kernels = move(quarters_of(export.kernel.values), export.sizes.input_size)
    return np.concatenate(kernels[KERNELS.index(part)], axis=1)


def _convert_bias(bias: NDArray[Any], forget_bias: float) -> NDArray[Any]:
    """Convert a bias [1, 4H] to [4H]."""
    moved = np.concatenate(move(quarters_of(bias), 1)[0], axis=1, dtype=bias.dtype).reshape(-1)
    # Adding 0 would make a zero of a negative zero.
    if forget_bias:
        forget = quarters_of(moved)[KERAS.quarter(Gate.FORGET)]
        with np.errstate(over="ignore"):
            forget[...] = forget.astype(np.result_type(forget, np.float64)) + forget_bias
    return moved


def _refuse_shapes(kernel: NDArray[Any], bias: NDArray[Any], hidden_size: int) -> None:
    for name, array in (("kernel", kernel), ("bias", bias)):
        if not np.issubdtype(array.dtype, np.floating):
            raise CsvLstmError(f"the {name} has dtype {array.dtype}", expected="a float type", advice="use .astype")
    if hidden_size < 1:
        raise CsvLstmError(f"the hidden size is {hidden_size}", expected="1 or more")
    if kernel.ndim != 2 or kernel.shape[1] != 4 * hidden_size or len(kernel) <= hidden_size:
        expected = f"[D+H, 4H] = [{hidden_size} + 1 or more, {4 * hidden_size}]"
        raise CsvLstmError(
            f"the kernel has shape {list(kernel.shape)}", expected=expected, advice=_advice(bias, hidden_size)
        )
    if bias.size != 4 * hidden_size or max(bias.shape) != bias.size:
        found = f"the bias has shape {list(bias.shape)}"
        raise CsvLstmError(found, expected=f"[4H] = [{4 * hidden_size}]", advice=_advice(bias, hidden_size))


def _advice(bias: NDArray[Any], hidden_size: int) -> str:
    fitting, rest = divmod(bias.size, 4)
    if not fitting or rest:
        return "is the hidden size right?"
    if fitting == hidden_size:
        return "are these the kernel and the bias of one LSTM cell?"
    return f"the bias's {bias.size} values = 4 x {fitting} would mean hidden_size={fitting}"
