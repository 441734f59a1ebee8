"""The formulas of an audit workbook: short, in plain A1 references, each with the same form in every row.

COUNT stands beside every comparison, because a blank equals 0 and a text equals the same text; IFERROR, because one
error value would spoil the page; SUMPRODUCT, because it compares ranges in every spreadsheet program.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ..layouts.arrays import Array, Operand, ProjectedSizes

ERROR = '"error"'
EMPTY = "not filled yet"
"""What a verdict says of an empty template."""

_KEY = "2^14"
"""The columns of a sheet: a row times this, and a column counted from 0, are the key of a cell."""


class Inputs(NamedTuple):
    """Where the yellow cells of a layer stand; `gained` is what the forget cells gain.

    >>> Inputs("B6", "C6", "D6", "E6", "F6").measured(lambda sizes: 2 * sizes.hidden_size + sizes.input_size)
    'B6+2*C6'
    """

    input_size: str
    hidden_size: str
    output_size: str
    gained: str
    tolerance: str

    def measured(self, measure: Callable[[ProjectedSizes], int]) -> str:
        """Write a number that the sizes make as a sum of the cells of the sizes."""
        sizes = ProjectedSizes(1, 0, 0), ProjectedSizes(0, 1, 0), ProjectedSizes(0, 0, 1)
        factors = zip(map(measure, sizes), self[:3], strict=True)
        nothing = measure(ProjectedSizes(0, 0, 0))
        terms = [f"{factor - nothing}*{cell}" if factor - nothing != 1 else cell for factor, cell in factors]
        used = [term for term in terms if not term.startswith("0*")] + [str(nothing)] * bool(nothing)
        return "+".join(used) or "0"

    def cells_of(self, operand: Operand) -> str:
        """Count the cells of the weights of an operand for one gate."""
        outputs = self.measured(operand.outputs)
        return outputs if operand.is_vector else f"{self.measured(operand.inputs)}*{outputs}"

    def all_cells(self, arrays: Sequence[Array]) -> str:
        """Count the cells of some arrays by their sizes."""
        return "+".join(map(self._cells_in, arrays))

    def _cells_in(self, array: Array) -> str:
        columns = self.measured(lambda sizes: array.shape(sizes)[1])
        rows = self.measured(lambda sizes: array.shape(sizes)[0])
        return columns if array.is_vector else f"({rows})*({columns})"


class Side(NamedTuple):
    """A range of a sheet and its first cell; `turned` says that its rows are columns of what it is compared with.

    >>> Side("'k'!A1:B3", "'k'!A1").matching
    "'k'!A1:B3"
    """

    range: str
    first: str
    turned: bool = False

    @property
    def matching(self) -> str:
        """The range as it lies in what it is compared with."""
        return f"TRANSPOSE({self.range})" if self.turned else self.range

    def address(self, down: str, right: str) -> str:
        """Give the address of its cell so far below and beside the first cell of what it is compared with."""
        down, right = (right, down) if self.turned else (down, right)
        return f"ADDRESS(ROW({self.first})+{down},COLUMN({self.first})+{right},4)"


class Pair(NamedTuple):
    """Ranges to compare cell by cell: those that are added up, and what they make; `added` is what a cell gains.

    >>> Pair((Side("'tf1 kernel'!A1:B3", "'tf1 kernel'!A1"),), Side("'kernel'!A1:B3", "'kernel'!A1")).differing()
    '=IFERROR(SUMPRODUCT((\\'tf1 kernel\\'!A1:B3<>\\'kernel\\'!A1:B3)*1),"error")'
    """

    sources: tuple[Side, ...]
    target: Side
    added: str = ""

    def source_sum(self, cells: str) -> str:
        """Add up the sources, and what so many cells gain."""
        sums = [f"SUM({side.range})" for side in self.sources] + [f"{cells}*{self.added}"] * bool(self.added)
        return f"=IFERROR({'+'.join(sums) or 0},{ERROR})"

    @property
    def target_sum(self) -> str:
        """Add up the target."""
        return f"=IFERROR(SUM({self.target.range}),{ERROR})"

    @property
    def largest(self) -> str:
        """Give the largest difference of a cell."""
        return f"=IFERROR(SUMPRODUCT(MAX(ABS({self._expected}-{self.target.range}))),{ERROR})"

    def differing(self, tolerance: str = "") -> str:
        """Count the cells that differ, or that are further apart than a tolerance."""
        return f"=IFERROR(SUMPRODUCT(({self._differs(tolerance)})*1),{ERROR})"

    def first_key(self, differing: str, tolerance: str = "") -> str:
        """Give the key of the first cell of the target that differs, row by row; nothing where none does."""
        at = f"ROW({self.target.range})*{_KEY}-COLUMN({self.target.range})+1"
        after = f"2^34-SUMPRODUCT(MAX(({self._differs(tolerance)})*(2^34-{at})))"
        return f'=IF({differing}=0,"",IFERROR({after},{ERROR}))'

    def first_source(self, key: str) -> str:
        """Give the addresses of the cells that make the cell of a key."""
        first = self.target.first
        down, right = f"INT({key}/{_KEY})-ROW({first})", f"MOD({key},{_KEY})+1-COLUMN({first})"
        return _found(key, '&" + "&'.join(side.address(down, right) for side in self.sources) or '""')

    def first_target(self, key: str) -> str:
        """Give the address of the cell of a key."""
        return _found(key, f"ADDRESS(INT({key}/{_KEY}),MOD({key},{_KEY})+1,4)")

    def _differs(self, tolerance: str) -> str:
        target = self.target.range
        return f"ABS({self._expected}-{target})>{tolerance}" if tolerance else f"{self._expected}<>{target}"

    @property
    def _expected(self) -> str:
        addends = [side.matching for side in self.sources] + [self.added] * bool(self.added)
        return "+".join(addends) or f"0*ROW({self.target.range})"


def _found(key: str, address: str) -> str:
    return f'=IF({key}="","",IFERROR({address},{ERROR}))'


def red_where(sources: Sequence[str], target: str, added: str = "", tolerance: str = "") -> str:
    """Give the rule that marks a cell whose other side differs from it: no number, or another one.

    >>> red_where(["A1"], "'kernel'!F1")
    "=IFERROR(AND(COUNT(A1,'kernel'!F1)>0,OR(COUNT(A1,'kernel'!F1)<2,A1<>'kernel'!F1)),TRUE)"
    """
    expected = "+".join([*sources, *[added] * bool(added)]) or "0"
    counted = f"COUNT({','.join([*sources, target])})"
    differs = f"ABS({expected}-{target})>{tolerance}" if tolerance else f"{expected}<>{target}"
    return f"=IFERROR(AND({counted}>0,OR({counted}<{len(sources) + 1},{differs})),TRUE)"


def counted(*references: str) -> str:
    """Count the numbers of ranges: neither blanks nor texts nor error values.

    >>> counted("'kernel'!A1:B3")
    "=COUNT('kernel'!A1:B3)"
    """
    return f"=COUNT({','.join(references)})"


def verdict(numbers: str, *conditions: str) -> str:
    """Give PASS where all conditions hold, and FAIL where one does not; an empty template has no `numbers` yet.

    >>> verdict("G8+H8", "G8=F8", "H8=F8")
    '=IFERROR(IF(G8+H8=0,"not filled yet",IF(AND(G8=F8,H8=F8),"PASS","FAIL")),"FAIL")'
    """
    return f'=IFERROR(IF({numbers}=0,"{EMPTY}",IF(AND({",".join(conditions)}),"PASS","FAIL")),"FAIL")'


def overall(verdicts: str) -> str:
    """Give PASS where every verdict is PASS."""
    empty = f'COUNTIF({verdicts},"{EMPTY}")=ROWS({verdicts}),"{EMPTY}"'
    return f'=IF({empty},IF(COUNTIF({verdicts},"PASS")=ROWS({verdicts}),"PASS","FAIL"))'


def passing(verdicts: str) -> str:
    """Say how many verdicts are PASS."""
    return f'=COUNTIF({verdicts},"PASS")&" of "&ROWS({verdicts})&" rows pass"'
