"""The conversion itself: swap the middle quarters, split the rows, add the forget bias.

The kernel's numbers are moved and not rewritten: one function swaps and splits, and it serves the values as well as the
spans that say where the text of each quarter stands.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import CsvLstmError, Place
from .layout import KERAS, PARTS, TF1, Gate, quarter_order
from .parsing import Text, parse
from .styles import PLAIN, Style
from .tables import Export, Table, lines

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
    Source: the equations of `LSTMCell.call` in TensorFlow 1.15 and in Keras 3, as in `csvlstm.layout`.

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
    quarters = kernel.reshape(len(kernel), 4, hidden_size)
    parts = move(quarters, len(kernel) - hidden_size)
    new_kernel, recurrent_kernel = (part.reshape(-1, 4 * hidden_size) for part in parts)
    new_bias = _convert_bias(bias.reshape(1, 4, hidden_size), forget_bias)
    if np.isfinite(bias).all() and not np.isfinite(new_bias).all():
        raise CsvLstmError(f"a bias and the forget bias {forget_bias!r} add up to more than {bias.dtype} holds")
    return new_kernel, recurrent_kernel, new_bias


def move(quarters: NDArray[Any], input_size: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Swap the quarters along axis 1 from TensorFlow 1's order to Keras's, and split the rows of axis 0 behind row D.

    `quarters` is [D+H, 4, ...], of values or of spans; gives copies [D, 4, ...] and [H, 4, ...].

    >>> [part.tolist() for part in move(np.array([["i", "j", "f", "o"], ["I", "J", "F", "O"]]), 1)]
    [[['i', 'f', 'j', 'o']], [['I', 'F', 'J', 'O']]]
    """
    # np.take, because an index list along axis 1 would leave the axes in another order in memory.
    moved = np.take(quarters, quarter_order(TF1, KERAS), axis=1)
    return moved[:input_size], moved[input_size:]


def in_memory(name: str, pieces: Iterable[bytes]) -> bytes:
    """Keep a text in memory, for a converted set that goes to no directory."""
    return b"".join(pieces)


def convert_bias_text(bias: Table, forget_bias: float) -> bytes:
    """Move the bias's text, and write its forget cells, where they change, as the shortest text that reads back.

    A bias that was a row stays a row, and a column a column. Raises CsvLstmError where a sum is infinite.

    >>> from csvlstm.layout import Sizes
    >>> from csvlstm.tables import read_export
    >>> export = read_export("sample_data/quirks/kernel_D1_H1.csv", "sample_data/quirks/bias_D1_H1.csv", Sizes(1, 1))
    >>> convert_bias_text(export.bias, 1.0)
    b'0.01,1.03,0.02,0.04\\n'
    """
    cells = next(lines(bias.text, move(bias.spans, 1)[0])).split(b",")
    if forget_bias:
        hidden_size = len(cells) // 4
        sums = _convert_bias(bias.values.reshape(1, 4, hidden_size), forget_bias)
        if not np.isfinite(sums).all():
            raise CsvLstmError(f"a bias and the forget bias {forget_bias!r} add up to infinity", Place(bias.name))
        forget = slice(KERAS.quarter(Gate.FORGET) * hidden_size, (KERAS.quarter(Gate.FORGET) + 1) * hidden_size)
        cells[forget] = [repr(number).encode() for number in sums[forget].tolist()]
    return (b"\n" if bias.form.grid.columns == 1 else b",").join(cells) + b"\n"


def convert_text(export: Export, bias_text: bytes, store: Store = in_memory, style: Style = PLAIN) -> dict[str, Text]:
    """Convert an export as text, each part in the file that `store` makes of it, written in a style.

    >>> from csvlstm.layout import Sizes
    >>> from csvlstm.tables import read_export
    >>> export = read_export("sample_data/quirks/kernel_D1_H1.csv", "sample_data/quirks/bias_D1_H1.csv", Sizes(1, 1))
    >>> convert_text(export, b"0.01,1.03,0.02,0.04\\n")["kernel"]
    b'0.1,0.3,0.2,0.4\\n'
    """
    moved = move(export.kernel.spans, export.sizes.input_size)
    pieces: list[Iterable[bytes]] = [*(lines(export.kernel.text, part) for part in moved), [bias_text]]
    if style != PLAIN:
        pieces = _styled(export, moved, bias_text, style)
    return {part: store(f"{part}.csv", piece) for part, piece in zip(PARTS, pieces, strict=True)}


def _styled(
    export: Export, moved: Sequence[NDArray[np.int64]], bias_text: bytes, style: Style
) -> list[Iterable[bytes]]:
    # Every other piece is a newline.
    rows = [*(islice(lines(export.kernel.text, part), 0, None, 2) for part in moved), bias_text.splitlines()]
    is_column = export.bias.form.grid.columns == 1
    return [
        style.write(part, cells, export.sizes, is_column=is_column) for part, cells in zip(PARTS, rows, strict=True)
    ]


def convert_values(export: Export, bias_text: bytes) -> dict[str, NDArray[np.float64]]:
    """Convert an export as numbers; those of the bias are read from its new text, so that the check sees what is there.

    >>> from csvlstm.layout import Sizes
    >>> from csvlstm.tables import read_export
    >>> export = read_export("sample_data/quirks/kernel_D1_H1.csv", "sample_data/quirks/bias_D1_H1.csv", Sizes(1, 1))
    >>> convert_values(export, b"0.01,1.03,0.02,0.04\\n")["bias"]
    array([0.01, 1.03, 0.02, 0.04])
    """
    sizes = export.sizes
    kernel, recurrent_kernel, _ = convert_lstm_weights(export.kernel.values, export.bias.values, sizes.hidden_size)
    bias = parse(bias_text)
    assert bias is not None
    return dict(zip(PARTS, (kernel, recurrent_kernel, bias), strict=True))


def _convert_bias(quarters: NDArray[Any], forget_bias: float) -> NDArray[Any]:
    moved = move(quarters, 1)[0]
    # Adding 0 would make a zero of a negative zero.
    if forget_bias:
        forget = moved[:, KERAS.quarter(Gate.FORGET)]
        with np.errstate(over="ignore"):
            forget[...] = forget.astype(np.result_type(forget, np.float64)) + forget_bias
    return moved.reshape(-1)


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
