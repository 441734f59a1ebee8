"""What became of the biases, and how the weights of the target are loaded, in the words of the summary."""

import os

from ..layouts.plan import Move
from ..network.topology import Cell, Network


def biases_as_text(network: Network) -> list[str]:
    """Say which biases are sums, and which hold a constant that no file of the source has.

    >>> from csvlstm.layouts.entries import LAYOUTS
    >>> from csvlstm.layouts.gates import Sizes
    >>> from csvlstm.network.topology import single
    >>> for target in ("keras", "pytorch"):
    ...     print(*biases_as_text(single(Cell((), Sizes(3, 5), target=LAYOUTS[target]))), sep=", ")
    forget bias 1.0 added to 5 of them
    5 cells of a second bias hold the forget bias 1.0 and 15 are 0
    """
    moves = [(cell, move) for cell in network.cells for move in cell.plan.moves if move.target.array]
    sums = [(cell, move) for cell, move in moves if move.sources and move.constants]
    alone = [(cell, move) for cell, move in moves if not move.sources]
    added = [(cell, move) for cell, move in sums if max(move.constants) > 0 or not _taken(cell)]
    taken = [(cell, move) for cell, move in sums if _taken(cell)]
    words = [f"forget bias {_own(added)} added to {_cells(added)} of them"] if added else []
    words += [f"forget bias {_targets(taken)} taken from {_cells(taken)} of them and rounded"] if taken else []
    twice = [(cell, move) for cell, move in moves if len(move.sources) > 1]
    words += [f"both biases added up in {_cells(twice)} of them"] if twice else []
    return words + ([_constants(alone)] if alone else [])


def loading_as_text(network: Network, path: str) -> list[str]:
    """Say how the weights of a folder, the path of whose last file is given, are loaded, and into which cell."""
    target = network.cells[0].target
    read = f"csvlstm.read_weights({os.path.dirname(path)!r})"
    built = sorted({cell.target_forget_bias for cell in network.cells}) if target.forget_bias_is_argument else []
    said = [f"build the cell with forget_bias={' and '.join(map(repr, built))}: it adds that itself"] if built else []
    return [f"{target.framework}: {target.loading}; {read} gives them", *said]


_Moves = list[tuple[Cell, Move]]


def _cells(moves: _Moves) -> int:
    return sum(move.target.cells for _, move in moves)


def _taken(cell: Cell) -> float:
    """Give what the target adds itself, so that it is taken from the bias."""
    return cell.target_forget_bias if cell.target.forget_bias_is_argument else cell.target.forget_bias


def _own(moves: _Moves) -> str:
    values = {cell.forget_bias for cell, _ in moves}
    return repr(values.pop()) if len(values) == 1 else "of each layer"


def _targets(moves: _Moves) -> str:
    values = {_taken(cell) for cell, _ in moves}
    return repr(values.pop()) if len(values) == 1 else "of each layer"


def _constants(moves: _Moves) -> str:
    holding = [(cell, move) for cell, move in moves if move.constants]
    zeros = _cells(moves) - _cells(holding)
    which = "the bias" if all(len(cell.target.biases) == 1 for cell, _ in moves) else "a second bias"
    if not holding:
        return f"{zeros} cells of {which} are 0"
    return f"{_cells(holding)} cells of {which} hold the forget bias {_own(holding)} and {zeros} are 0"
