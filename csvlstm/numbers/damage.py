"""What accidents left in an export that still reads as numbers: lost digits, lost decimal points, a table cut short.

An undamaged file must not be accused: each mark is believed only where chance and deliberate constants do not explain
it (`csvlstm.precision`). What damage makes unreadable is refused where it is parsed.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from ..errors import CsvLstmError, Place, plural
from ..layouts.arrays import Layout, Operand
from ..layouts.gates import Gate
from ..layouts.references import Array
from ..reading.tables import Table, WeightSet
from .copies import Seen, Twin, bias_at_an_end, repeated_rows
from .layout_marks import said_by_name, said_by_numbers
from .points import lost_points
from .precision import (
    FLOAT32,
    UNLIKELY,
    FloatType,
    Numbers,
    Precision,
    chance,
    float_types,
    likeliest_loss,
    measured,
    sampled,
    ulp,
)
from .sums import pieces
from .twice_added import mean_of_added

_LEAST_SHARE = 0.1
"""Of the numbers that lost digits: `%.8g` takes the last one of a few, which is not worth a warning."""

_FEW, _HARDLY_ANY = 256, 0.02
"""So many numbers that less than this share of them lost digits in 1 of 10^6 files where a tenth of all did."""

_EXPONENT_BELOW = 1e-4
"""Smaller numbers are printed with an exponent, and spreadsheets save a cell that has one with 3 digits, or with 6."""

_DIGITS_OF_A_CUT, _DIGITS_OF_A_CONSTANT, _DIGITS_OF_OTHERS = 6, 2, 7
_UNLIKELY_BESIDE_CAPITAL_E = -4
"""Spreadsheets write a capital E, which few exports do, so that a single cell with one may be judged."""

_MORE_DIGITS = "export the weights again, with fmt='%.9g' or more digits"
_NAME_ITS_FILE = "does the table of layers name the files of each cell?"
_WRITTEN_TWICE = "was an array stacked on itself, or pasted twice? export the weights again"
_TAKE_OUT = "take the row out, and declare an input size smaller by 1"
_ASK_FOR_ADDED = "if the export added it, declare the forget bias 0; a recorded run shows which is right"
_NO_SPREADSHEET = "export the weights again, and let no spreadsheet save them"


_ASK = "csvlstm inspect lists the layouts that the files fit; declare the one that it is"


class Damage(NamedTuple):
    """A kind of damage in a file: where the first of how many cells is, what was found, and what to do.

    >>> print(Damage("cut", Place("k.csv", 1, 7), 3, "3 cells have 3 digits", "export the weights again"))
    k.csv: line 1, column 7 (G1): 3 cells have 3 digits; export the weights again
    """

    kind: str
    place: Place
    cells: int
    found: str
    advice: str

    def __str__(self) -> str:
        return str(self.as_error())

    def as_error(self) -> CsvLstmError:
        """Give the damage as a refusal, for who allows none."""
        return CsvLstmError(self.found, self.place, advice=self.advice)


def damage_of(*tables: Table, allowed: bool = True) -> list[Damage]:
    """Find what damaged the files of an export and left numbers; an undamaged file has none.

    Raises CsvLstmError where there is damage and none is allowed, and where a cell is no weight, which shows when the
    values are read.

    >>> from csvlstm.layouts.gates import Sizes
    >>> from csvlstm.reading.tables import read_pair
    >>> kernel, bias = "sample_data/sunspots/cell_0_kernel.csv", "sample_data/sunspots/cell_0_bias.csv"
    >>> export = read_pair(kernel, bias, Sizes(3, 5))
    >>> damage_of(export.kernel, export.bias)
    []
    """
    # What is beyond float32's range leaves nothing to measure, and nothing to warn of.
    with np.errstate(all="ignore"):
        found = [damage for table in tables for damage in _damage_of(table)]
    if found and not allowed:
        raise found[0].as_error()
    return found


def warnings_of(export: WeightSet, forget_bias: float, seen: Seen, *, allowed: bool = True) -> list[Damage]:
    """Find all that speaks against converting an export as it is; `seen` are the cells before it in its network.

    Raises CsvLstmError as `damage_of` does.
    """
    found = damage_of(*export.tables.values(), allowed=allowed)
    found += [_twin(twin) for twin in seen.twins(export)]
    found += _bias_rows(export)
    added = added_forget_bias(export.tables, export.layout, forget_bias)
    found += [added] if added else []
    found += _of_another_layout(export)
    if found and not allowed:
        raise found[0].as_error()
    return found


def _of_another_layout(export: WeightSet) -> list[Damage]:
    """Find that the name of a file, or the numbers of the bias, speak for another layout than the declared one."""
    tables = [(array, export.tables[array.name]) for array in export.layout.arrays]
    said = [(table, said_by_name(table.name, array, export.layout)) for array, table in tables]
    said.append((export.bias, said_by_numbers(export)))
    return [_mark(export, table, words) for table, words in said if words]


def _mark(export: WeightSet, table: Table, words: str) -> Damage:
    found = f"may be no file of {export.layout.framework}: {words}"
    return Damage("layout", Place(table.name), table.form.cells, found, _ASK)


def _bias_rows(export: WeightSet) -> list[Damage]:
    """Find matrices whose first or last row is the bias, so that the input size is one too large."""
    bias = export.bias.values.reshape(-1)
    tables = [table for table in export.tables.values() if table.form.rows > 1]
    found = [(table, bias_at_an_end(table.values, bias)) for table in tables]
    words = f"the row holds the numbers of {export.bias.name}, as where a kernel has its bias among its rows"
    return [
        Damage("bias_row", table.place(row, 0), bias.size, words, _TAKE_OUT) for table, row in found if row is not None
    ]


def added_forget_bias(tables: Mapping[str, Table], layout: Layout, forget_bias: float) -> Damage | None:
    """Find that the bias of a layout may hold the forget bias that the conversion is going to add."""
    if not (forget_bias and layout.adds_forget_bias and layout.biases):
        return None
    array = layout.array_of(Operand.BIAS, Gate.FORGET)
    bias = tables[array.name]
    mean = mean_of_added({gate: numbers[0] for gate, numbers in array.by_gate(bias.values).items()})
    if mean is None:
        return None
    columns = array.by_gate(np.arange(bias.form.columns)[None])[Gate.FORGET][0]
    found = f"the forget gate's bias averages {mean:.3g}, as if the forget bias was in it, and would be added twice"
    return Damage("added", bias.place(0, int(columns[0])), len(columns), found, _ASK_FOR_ADDED)


def _twin(twin: Twin) -> Damage:
    found = f"is the {twin.part} of two cells"
    if twin.other != twin.table.name:
        found = f"holds the numbers of {twin.other}, the {twin.part} of another cell"
    return Damage("twin", Place(twin.table.name), twin.table.values.size, found, _NAME_ITS_FILE)


def _repeated(table: Table) -> Damage | None:
    """Find rows that repeat rows above them."""
    repeated = repeated_rows(table.values) if table.form.rows > 1 else None
    if not repeated:
        return None
    row, of, rows = repeated
    found = (
        f"{rows:,} {plural(rows, 'row repeats', 'rows repeat')} the numbers of others; the first has those from "
        f"{table.place(of, 0).address} on"
    )
    return Damage("repeated", table.place(row, 0), rows * table.form.columns, found, _WRITTEN_TWICE)


def _damage_of(table: Table) -> Iterator[Damage]:
    numbers, are_precise = _numbers_of(table)
    lost = lost_points(table, numbers)
    whole = _damage("whole", table, lost.where, lost.found, _NO_SPREADSHEET) if lost else None
    is_judged = numbers.are_many and numbers.have_fractions
    short = _short(table, numbers, are_precise) if is_judged else None
    return (damage for damage in (short, whole, _repeated(table), _cut_short(table)) if damage)


def _numbers_of(table: Table) -> tuple[Numbers, bool]:
    """Measure some numbers, many more where those do not show that the digits are there, and tell whether they do."""
    few = measured(sampled(table.values, _FEW))
    are_precise = few.are_many and few.have_fractions and _share_of_lost(few, likeliest_loss(few).units) < _HARDLY_ANY
    return few if are_precise or table.values.size <= _FEW else measured(sampled(table.values)), are_precise


def _share_of_lost(numbers: Numbers, units: Array, kind: FloatType = FLOAT32) -> float:
    """Give the share of the numbers of a type that lost digits."""
    return float(np.mean(units > kind.step(numbers.values)))


def _short(table: Table, numbers: Numbers, are_precise: bool) -> Damage | None:
    """Find lost digits, of precise numbers in some cells only.

    Numbers with few decimals look cut, and cut ones beside large numbers as if all had few.
    """
    # One short number is short by chance more often than many are, and so are all of its multiples.
    if len(numbers.values) and numbers.are_quantised:
        return None
    kinds = [FLOAT32] if are_precise else float_types(numbers)
    judged = [] if are_precise else [_rounded(table, numbers, kind) for kind in kinds]
    rounded = judged[0] if all(judged) and judged else None
    cut = _cut(table, numbers) if kinds == [FLOAT32] else None
    if rounded and cut:
        return cut if "E" in table.cell(*_first(_is_small(table.values))) else rounded
    return rounded or cut


def _rounded(table: Table, numbers: Numbers, kind: FloatType) -> Damage | None:
    """Find that all numbers have too few digits, or too few decimals, for their type."""
    by_chance, loss, units = likeliest_loss(numbers, kind)
    if by_chance > UNLIKELY or _share_of_lost(numbers, units, kind) < _LEAST_SHARE:
        return None
    if not all(loss.keeps(piece).all() for piece in pieces(table.values)):
        return None
    where = table.values != 0
    found = f"all {np.count_nonzero(where):,} numbers have at most {loss}, fewer than {kind.name} needs"
    return _damage("rounded", table, where, found, _MORE_DIGITS)


def _cut(table: Table, numbers: Numbers) -> Damage | None:
    """Find that the numbers that are printed with an exponent have few digits, and the others have more."""
    others = numbers.of(numbers.values >= _EXPONENT_BELOW)
    if not others.are_many or others.digits.max() < _DIGITS_OF_OTHERS:
        return None
    values = _gathered(table, _is_small, lambda first: measured(first).digits.max(initial=0) <= _DIGITS_OF_A_CUT)
    if not len(values):
        return None
    small = measured(sampled(values))
    evidence = small.values[small.digits > _DIGITS_OF_A_CONSTANT]
    loss = Precision(int(small.digits.max(initial=0)), decimals=False)
    by_chance = chance(ulp(evidence), loss.unit(evidence))
    if loss.kept > _DIGITS_OF_A_CUT or by_chance > _UNLIKELY_BESIDE_CAPITAL_E or not loss.keeps(values).all():
        return None
    where = _is_small(table.values)
    if by_chance > UNLIKELY and "E" not in table.cell(*_first(where)):
        return None
    found = f"{len(values):,} {plural(len(values), 'number has', 'numbers have')} only {loss}, cut by a spreadsheet"
    return _damage("cut", table, where, found, _NO_SPREADSHEET)


def _is_small(values: Array) -> Array:
    small: Array = (np.abs(values) < _EXPONENT_BELOW) & (values != 0)
    return small


def _cut_short(table: Table) -> Damage | None:
    """Find a table of exactly the size at which spreadsheets stop, in a text that one may have written."""
    reached = table.form.grid.spreadsheet_limit
    # Spreadsheets write a capital E.
    if not reached or table.text.find(b"e") >= 0:
        return None
    found = f"{reached}, as many as a spreadsheet keeps: the rest may have been cut off"
    return Damage("cut_short", Place(table.name), table.values.size, found, _NO_SPREADSHEET)


def _gathered(table: Table, choose: Callable[[Array], Array], hopeful: Callable[[Array], bool]) -> Array:
    """Gather the chosen values, or none as soon as the first of a piece leaves no hope that all are damaged."""
    gathered = [np.empty(0)]
    for piece in pieces(table.values):
        chosen = piece[choose(piece)]
        if len(chosen) and not hopeful(chosen[:1]):
            return np.empty(0)
        gathered.append(chosen)
    return np.concatenate(gathered)


def _damage(kind: str, table: Table, where: Array, found: str, advice: str) -> Damage:
    row, column = _first(where)
    shown = f"{found}; the first is {table.cell(row, column)!r}"
    return Damage(kind, table.place(row, column), int(np.count_nonzero(where)), shown, advice)


def _first(where: Array) -> tuple[int, int]:
    row, column = divmod(int(where.argmax()), int(where.shape[1]))
    return row, column
