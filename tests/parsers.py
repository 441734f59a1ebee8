"""The parsers of csvlstm.reading.floats, each for texts of any size, and in pieces so small that cells cross them."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from csvlstm.reading import floats

NEVER = 1 << 62

BY_NUMPY = {"SIMDJSON_FROM": NEVER, "PANDAS_FROM": NEVER}
BY_PANDAS = {"SIMDJSON_FROM": NEVER, "PANDAS_FROM": 0}
BY_SIMDJSON = {"SIMDJSON_FROM": 0, "PANDAS_FROM": 0}

PARSERS: dict[str, dict[str, int]] = {
    "numpy": BY_NUMPY,
    "pandas": BY_PANDAS,
    "pandas in small pieces": {**BY_PANDAS, "_READ_BYTES": 7, "_READ_ROWS": 3},
    "simdjson, else pandas": BY_SIMDJSON,
    "simdjson in small pieces, else numpy": {**BY_SIMDJSON, "PANDAS_FROM": NEVER, "PIECE": 5},
}
"""What each way sets in csvlstm.reading.floats."""

each_parser = pytest.mark.parametrize("parser", PARSERS)


@contextmanager
def parsing_by(parser: str, **more: int) -> Iterator[None]:
    """Send texts of any size to one of the parsers."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**PARSERS[parser], **more}.items():
            patch.setattr(floats, name, value)
        yield
