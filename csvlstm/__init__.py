"""LSTM weights from one framework's layout to another's, in CSV files or arrays, with proof that nothing was lost.

The public names, and nothing else. They are imported when they are first used, so that the command line starts fast.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .commands.calls import audit as audit
    from .commands.calls import check as check
    from .commands.calls import convert as convert
    from .commands.calls import export as export
    from .commands.calls import inspect as inspect
    from .commands.calls import layers as layers
    from .commands.calls import read_export as read_export
    from .converted.moving import convert_lstm_weights as convert_lstm_weights
    from .converted.weights import read_weights as read_weights
    from .errors import CsvLstmError as CsvLstmError
    from .layouts.entries import LAYOUTS as LAYOUTS
    from .layouts.references import keras_lstm as keras_lstm
    from .layouts.references import keras_lstm_cell as keras_lstm_cell
    from .layouts.references import tf1_lstm as tf1_lstm
    from .layouts.references import tf1_lstm_cell as tf1_lstm_cell

_HOMES = {
    **dict.fromkeys(("audit", "check", "convert", "export", "inspect", "layers", "read_export"), "commands.calls"),
    "convert_lstm_weights": "converted.moving",
    "read_weights": "converted.weights",
    "tf1_lstm_cell": "layouts.references",
    "keras_lstm_cell": "layouts.references",
    "tf1_lstm": "layouts.references",
    "keras_lstm": "layouts.references",
    "CsvLstmError": "errors",
    "LAYOUTS": "layouts.entries",
}
__all__ = [
    "LAYOUTS",
    "CsvLstmError",
    "__version__",
    "audit",
    "check",
    "convert",
    "convert_lstm_weights",
    "export",
    "inspect",
    "keras_lstm",
    "keras_lstm_cell",
    "layers",
    "read_export",
    "read_weights",
    "tf1_lstm",
    "tf1_lstm_cell",
]


if not TYPE_CHECKING:
    # Hidden from type checkers, to which it would say that every name is there.
    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
