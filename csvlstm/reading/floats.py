"""From plain text to float64 values, each the nearest to its text.

Three parsers give the same bits. numpy's is imported already, and the fastest for small texts. simdjson's is seven
times as fast, but takes only what the grammar of JSON has: no `.5`, `5.`, `+1`, `00.5`, and no whole number beyond 64
bits. pandas' takes all of them, and its import pays off for large texts: it is three times as fast as simdjson's where
numbers have more digits than 64 bits hold, as in np.savetxt's own `%.18e`.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from io import BytesIO
from typing import IO, TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from simdjson import Array, Parser

SIMDJSON_FROM = 600_000
"""Bytes of text from which importing simdjson costs less than its faster parser gains."""

PANDAS_FROM = 16 * 2**20
"""Bytes of text from which importing pandas costs less than its faster parser gains."""

PANDAS_FROM_LONG = 40 * 2**20
"""Bytes of text with long numbers from which importing pandas costs less than its faster parser gains."""

_LONG, _GLANCE = 19, 4096
"""Significant digits from which simdjson takes its slow way, and the bytes of text that show how many there are."""

PIECE = 2**18
"""Bytes of text that simdjson parses in one go: a piece and what is made of it stay in the processor's cache."""

# Small enough that pandas' memory is used again and again; larger ones cost the system as long as the parsing.
_READ_BYTES, _READ_ROWS = 1 << 15, 1 << 14

_EXACT_BY_DEFAULT = (3, 1)
"""The first release of pandas whose default parser is exact."""

_SEPARATOR = rb"[,\n]"
_NEGATIVE_ZERO = rb"(?<=[\[,])-0(?=[,\]])"

_Way = Callable[[bytes, int], NDArray[np.float64]]
"""A parser: from plain text of so many cells to their values; raises ValueError or RuntimeError at what it refuses."""


def parse(text: bytes, cells: int) -> NDArray[np.float64] | None:
    """Parse plain text of so many cells into float64 values [cells], each the nearest to its text.

    The text has no other bytes than those that `separators` lets through. Gives None where a cell is no finite weight.

    >>> parse(b"0.5,-1e-3\\n", 2)
    array([ 0.5  , -0.001])
    """
    for way in _ways(text):
        try:
            values = way(text, cells)
        except (ValueError, RuntimeError):
            # simdjson raises RuntimeError at whole numbers beyond 64 bits.
            continue
        return values if len(values) == cells and np.isfinite(values).all() else None
    return None


def _ways(text: bytes) -> Iterator[_Way]:
    """Give the parsers for a text, the fastest first, the last one for whatever is a weight."""
    size = len(text)
    is_for_pandas = size >= PANDAS_FROM_LONG and _has_long_numbers(text) and _is_exact_by_default()
    if size >= SIMDJSON_FROM and not is_for_pandas and (parser := _simdjson_parser()):
        yield partial(_parse_with_simdjson, parser)
    yield _parse_with_pandas if size >= PANDAS_FROM else _parse_with_numpy


def _has_long_numbers(text: bytes) -> bool:
    r"""Tell whether most of the first numbers have so many digits that simdjson is slow.

    >>> _has_long_numbers(b"-1.234567890123456789e-01,0.001234567890123456789\n"), _has_long_numbers(b"0.25,7\n")
    (True, False)
    """
    mantissas: list[bytes] = re.findall(rb"(?:^|[,\n])[+-]?0*\.?0*([\d.]+)", text[:_GLANCE])
    long = sum(len(mantissa) - mantissa.count(b".") >= _LONG for mantissa in mantissas)
    return 2 * long > len(mantissas)


def _simdjson_parser() -> "Parser | None":
    """Give a parser of simdjson; None where it is not installed, because it has no wheel for this Python."""
    try:
        from simdjson import Parser
    except (ImportError, RuntimeError):
        # The latter where only a part of it can be loaded.
        return None
    return Parser()


def _parse_with_numpy(text: bytes, cells: int) -> NDArray[np.float64]:
    # numpy passes over blank lines, which are cells that were lost.
    if text.startswith(b"\n") or b"\n\n" in text:
        raise ValueError
    return np.loadtxt(BytesIO(text), delimiter=",", comments=None, ndmin=2).reshape(-1)


def _parse_with_simdjson(parser: "Parser", text: bytes, cells: int) -> NDArray[np.float64]:
    return _filled(cells, (_signed(parser, array) for array in _arrays(text)))


def _signed(parser: "Parser", array: bytes) -> NDArray[np.float64]:
    """Parse an array of JSON, whose grammar takes -0 for a whole number, which has no sign."""
    values = _parse_array(parser, array)
    if values.all() or b"-0" not in array:
        return values
    return _parse_array(parser, re.sub(_NEGATIVE_ZERO, b"-0.0", array))


def _parse_array(parser: "Parser", array: bytes) -> NDArray[np.float64]:
    # The buffer is a copy, and nothing else refers to what was parsed: the parser may be used again.
    return np.frombuffer(cast("Array", parser.parse(array)).as_buffer(of_type="d"))


def _arrays(text: bytes) -> Iterator[bytes]:
    r"""Yield plain text as arrays of JSON, each of some cells.

    >>> list(_arrays(b"0.5,1\n-2,3\n"))
    [b'[0.5,1,-2,3]']
    """
    separator, at = re.compile(_SEPARATOR), 0
    while at < len(text):
        found = separator.search(text, min(at + PIECE, len(text) - 1))
        end = found.start() if found else len(text)
        yield b"[%b]" % text[at:end].replace(b"\n", b",")
        at = end + 1


def _parse_with_pandas(text: bytes, cells: int) -> NDArray[np.float64]:
    import pandas as pd

    frames = pd.read_csv(
        cast(IO[bytes], _Column(text)),
        header=None,
        dtype=np.float64,
        na_filter=False,
        skip_blank_lines=False,
        chunksize=_READ_ROWS,
        # Newer releases have only one parser, and warn where one is chosen.
        float_precision=None if _is_exact_by_default() else "round_trip",
    )
    return _filled(cells, (frame[0].to_numpy() for frame in frames))


def _is_exact_by_default() -> bool:
    """Tell whether the default parser of the installed pandas is exact; where it is not, the exact one is slow."""
    import pandas as pd

    return tuple(map(int, pd.__version__.split(".")[:2])) >= _EXACT_BY_DEFAULT


def _filled(cells: int, pieces: Iterable[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Put the values of all pieces one after the other; raises ValueError where they are not so many."""
    values, at = np.empty(cells), 0
    for piece in pieces:
        values[at : at + len(piece)] = piece
        at += len(piece)
    if at != cells:
        raise ValueError
    return values


class _Column:
    """Plain text as one long column, read piece by piece: 4H columns take pandas a quarter longer, and more memory."""

    def __init__(self, text: bytes) -> None:
        self._source = BytesIO(text)

    def read(self, size: int) -> bytes:
        return self._source.read(min(size, _READ_BYTES)).replace(b",", b"\n")

    def __iter__(self) -> Iterator[bytes]:
        """Exist, because pandas takes nothing for a file that could not be iterated over."""
        raise NotImplementedError
