"""What each variable of a checkpoint is taken for, in a few words."""

from collections.abc import Mapping

from .cells import GRU, FoundCell, cells_of
from .stacks import is_lstm
from .tensors import Variable

_SLOT = "kept by an optimizer or an average"


def purposes(variables: Mapping[str, Variable]) -> dict[str, str]:
    """Say for each variable what it is taken for; nothing for what is no part of any cell.

    >>> purposes({"lstm/kernel/Adam": Variable("float32", (8, 20)), "lstm/kernel": Variable("float32", (8, 20))})
    {'lstm/kernel/Adam': 'kept by an optimizer or an average', 'lstm/kernel': ''}
    """
    found = dict.fromkeys(variables, "")
    for cell in cells_of(variables):
        for name in found.keys() & cell.variables:
            found[name] = _taken_for(cell)
    return {name: _SLOT if is_slot(name, variables) else taken for name, taken in found.items()}


def _taken_for(cell: FoundCell) -> str:
    if cell.problem:
        return "GRU, no LSTM" if cell.problem == GRU else f"no LSTM: it {cell.problem}"
    if not cell.hidden_size:
        return ""
    sizes = f"{cell.input_size} -> {cell.output_size}"
    return f"LSTM cell, {sizes}" if is_lstm(cell) else f"could be an LSTM cell, {sizes}, if its whole scope is given"


def is_slot(name: str, variables: Mapping[str, Variable]) -> bool:
    """Tell whether a variable is what an optimizer or a moving average keeps of another one.

    >>> is_slot("lstm/kernel/Adam", {"lstm/kernel": Variable("float32", (8, 20))})
    True
    """
    return name.rpartition("/")[0] in variables
