"""How the LSTM cells of a checkpoint are stacked, by their scopes: networks, layers from the input up, directions."""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from ..errors import CsvLstmError
from .cells import FoundCell, cells_of, grus
from .tensors import Variable

FORWARD, BACKWARD = "fw", "bw"
_NUMBERED_CELL = r"(?:cell_|Cell)(\d+)"
_OF_OBJECTS = "/.ATTRIBUTES/VARIABLE_VALUE"
_OPAQUE = "opaque_kernel"
_MOST_SHOWN = 12


class StackedCell(NamedTuple):
    """A cell, the network that it belongs to, the number of its layer there, and its direction."""

    cell: FoundCell
    network: str
    number: int
    direction: str


Layer = list[StackedCell]
"""One cell, or a forward and a backward one."""


def find_layers(variables: Mapping[str, Variable], scopes: Sequence[str] = ()) -> list[Layer]:
    """Find the layers of a network, from the input up: the only one, or those of all scopes, one upon the other.

    Raises CsvLstmError where there is no LSTM cell or several networks, where a cell is no LSTM cell for Keras, or
    where a layer does not take what the one below gives.
    """
    cells = cells_of(variables)
    layers = [layer for scope in scopes or [""] for layer in _layers_in(variables, cells, scope.strip("/"))]
    _refuse_broken_stack(layers)
    return layers


def place(scope: str) -> tuple[str, int, str]:
    """Give the network of a cell, the number of its layer there, and its direction.

    >>> place("enc/fw/lstm_cell"), place("rnn/multi_rnn_cell/cell_1/lstm_cell")
    (('enc', 0, 'fw'), ('rnn/multi_rnn_cell/', 1, ''))
    """
    direction = ""
    way = re.fullmatch(r"(?:(.*)/)?(fw|bw|FW|BW)/(.*)", scope)
    # Behind a direction stands either one cell or a whole stack, and that is a network of its own.
    if way and not re.search(rf"(^|/){_NUMBERED_CELL}/", way.group(3)):
        scope, direction = way.group(1) or "", way.group(2).lower()
    numbered = re.fullmatch(rf"(.*/|){_NUMBERED_CELL}(?:/.*|)", scope) or re.fullmatch(r"(.*?)(\d+)(\D*)", scope)
    if not numbered:
        return scope, 0, direction
    start, number, *end = numbered.groups()
    return "*".join([start, *end]), int(number), direction


def is_within(name: str, scope: str) -> bool:
    """Tell whether a name is a scope, or lies in it; all names lie in the empty one."""
    return not scope or f"{name}/".startswith(f"{scope}/")


def is_lstm(cell: FoundCell) -> bool:
    """Tell whether a cell is called an LSTM."""
    return "lstm" in cell.own_name.lower()


def _layers_in(variables: Mapping[str, Variable], cells: Sequence[FoundCell], scope: str) -> list[Layer]:
    """Give the layers of the one network in a scope."""
    chosen = list(_chosen(cells, scope))
    networks = [list(network) for _, network in groupby(chosen, key=lambda placed: placed.network)]
    if not networks:
        raise _no_cell(variables, cells, scope)
    if len(networks) > 1:
        choices = " or ".join(_describe(network, chosen) for network in networks)
        found = f"{len(networks)} networks{_inside(scope)}"
        raise CsvLstmError(found, expected=f"the scope of one, {choices}", advice="several scopes are one stack")
    layers = [list(layer) for _, layer in groupby(chosen, key=lambda placed: placed.number)]
    numbers = [layer[0].number for layer in layers]
    if numbers[-1] - numbers[0] >= len(numbers):
        found = f"{_describe(chosen, chosen)}: layers {', '.join(map(str, numbers))}, and between them no LSTM cell"
        raise CsvLstmError(found, advice="to leave out what is there, give a scope for each layer")
    return layers


_LSTM = "an LSTM cell of TensorFlow 1"


def _chosen(cells: Sequence[FoundCell], scope: str) -> Iterator[StackedCell]:
    """Give the LSTM cells in a scope, network by network and from the input up, forward before backward."""
    inside = [cell for cell in cells if is_within(cell.scope, scope) and (is_lstm(cell) or cell.scope == scope)]
    for cell in inside:
        if cell.problem:
            raise CsvLstmError(f"{cell.scope} is no LSTM cell for Keras: it {cell.problem}", expected=_LSTM)
    placed = [StackedCell(cell, *place(cell.scope)) for cell in inside if cell.hidden_size]
    yield from sorted(placed, key=lambda one: (one.network, one.number, one.direction == BACKWARD))


def _no_cell(variables: Mapping[str, Variable], cells: Sequence[FoundCell], scope: str) -> CsvLstmError:
    """Say what there is in place of an LSTM cell."""
    found = f"no LSTM cell{_inside(scope)}"
    if any(name.endswith(_OF_OBJECTS) for name in variables):
        found = "is a TensorFlow 2 checkpoint, whose layers are Keras layers already"
        return CsvLstmError(found, advice="load it with Keras, and save what get_weights() gives")
    if any(posixpath.basename(name) == _OPAQUE for name in variables):
        found += ", but the opaque parameters of a CudnnLSTM, whose order is known to its GPU alone"
        return CsvLstmError(found, advice="save it through a tf.train.Saver with its CudnnLSTMSaveable")
    others = [gru for gru in grus(variables) if is_within(gru, scope)]
    if others:
        return CsvLstmError(f"{found}; {', '.join(others)} is a GRU, and no LSTM", expected=_LSTM)
    kernels = [cell.kernel[0] for cell in cells]
    shown = ", ".join(kernels[:_MOST_SHOWN]) + ", ..." * (len(kernels) > _MOST_SHOWN)
    advice = f"one without lstm in its name needs its whole scope; the checkpoint's kernels: {shown or 'none'}"
    return CsvLstmError(found, advice=advice)


def _inside(scope: str) -> str:
    return f" in {scope}" if scope else ""


def _describe(network: Sequence[StackedCell], cells: Sequence[StackedCell]) -> str:
    """Give the scope that chooses a network, or one for each of its cells where none holds them alone; the sizes."""
    scopes = [one.cell.scope for one in network]
    common = posixpath.commonpath(scopes)
    alone = all(one in network for one in cells if is_within(one.cell.scope, common))
    chosen = " and ".join([common] if alone and common else scopes)
    return f"{chosen} ({', '.join(f'{one.cell.input_size} -> {one.cell.output_size}' for one in network)})"


def _refuse_broken_stack(layers: Sequence[Layer]) -> None:
    width = layers[0][0].cell.input_size
    for layer in layers:
        if [one.direction for one in layer] not in ([""], [FORWARD, BACKWARD]):
            scopes = " and ".join(one.cell.scope for one in layer)
            raise CsvLstmError(f"{scopes}: no whole layer", expected="one cell, or one under fw and one under bw")
        for cell in (one.cell for one in layer):
            if cell.input_size != width:
                found = f"{cell.scope} has input size {cell.input_size}, where {width} values come in"
                raise CsvLstmError(found, advice="is this one stack? give a scope for each layer, from the input up")
        width = sum(one.cell.output_size for one in layer)
