"""LSTM weights in CSV files from TensorFlow 1, converted to Keras and checked.

The public names, and nothing else. They are imported when they are first used, so that the command line starts fast.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .cells import keras_lstm as keras_lstm
    from .cells import keras_lstm_cell as keras_lstm_cell
    from .cells import tf1_lstm as tf1_lstm
    from .cells import tf1_lstm_cell as tf1_lstm_cell
    from .convert import convert_lstm_weights as convert_lstm_weights
    from .errors import CsvLstmError as CsvLstmError
    from .weights import read_weights as read_weights

_HOMES = {
    "convert_lstm_weights": "convert",
    "read_weights": "weights",
    "tf1_lstm_cell": "cells",
    "keras_lstm_cell": "cells",
    "tf1_lstm": "cells",
    "keras_lstm": "cells",
    "CsvLstmError": "errors",
}
__all__ = [
    "CsvLstmError",
    "__version__",
    "convert_lstm_weights",
    "keras_lstm",
    "keras_lstm_cell",
    "read_weights",
    "tf1_lstm",
    "tf1_lstm_cell",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
