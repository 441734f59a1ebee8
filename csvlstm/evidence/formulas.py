"""The formulas of an audit workbook: short, in plain A1 references, each with the same form in every row.

COUNT stands beside every comparison, because a blank equals 0 and a text equals the same text; IFERROR, because one
error value would spoil the page; SUMPRODUCT, because it compares ranges in every spreadsheet program.
"""

from typing import NamedTuple

from ..layouts.arrays import Operand

ERROR = '"error"'


class Inputs(NamedTuple):
    """Where the yellow cells of a layer stand."""

    input_size: str
    hidden_size: str
    forget_bias: str
    tolerance: str
    gates: str

    def cells_of(self, operand: Operand) -> str:
        """Count the cells of the weights of an operand for one gate.

        >>> Inputs("B6", "C6", "D6", "E6", "F6").cells_of(Operand.HIDDEN)
        '=C6*C6'
        """
        h = self.hidden_size
        if operand.is_vector:
            return f"={h}"
        return f"={self.input_size if operand is Operand.INPUT else h}*{h}"

    @property
    def all_cells(self) -> str:
        """Count the cells of a layer: a kernel of D + H rows and a bias of one, four gates wide."""
        d, h, _, _, gates = self
        return f"=({d}+{h})*{gates}*{h}+{gates}*{h}"


class Pair(NamedTuple):
    """Two ranges to compare cell by cell; `added` is what the source gains, `turned` whether its rows are columns here.

    >>> Pair("'tf1 kernel'!A1:B3", "'kernel'!A1:B3").differing()
    '=IFERROR(SUMPRODUCT((\\'tf1 kernel\\'!A1:B3<>\\'kernel\\'!A1:B3)*1),"error")'
    """

    source: str
    target: str
    turned: bool = False
    added: str = ""

    @property
    def source_sum(self) -> str:
        """Add up the source, and what its cells gain."""
        gained = f"+COUNT({self.source})*{self.added}" if self.added else ""
        return f"=IFERROR(SUM({self.source}){gained},{ERROR})"

    @property
    def target_sum(self) -> str:
        """Add up the target."""
        return f"=IFERROR(SUM({self.target}),{ERROR})"

    @property
    def largest(self) -> str:
        """Give the largest difference of a cell."""
        return f"=IFERROR(SUMPRODUCT(MAX(ABS({self._expected}-{self.target}))),{ERROR})"

    def differing(self, tolerance: str = "") -> str:
        """Count the cells that differ, or that are further apart than a tolerance."""
        differs = (
            f"ABS({self._expected}-{self.target})>{tolerance}" if tolerance else f"{self._expected}<>{self.target}"
        )
        return f"=IFERROR(SUMPRODUCT(({differs})*1),{ERROR})"

    @property
    def _expected(self) -> str:
        turned = f"TRANSPOSE({self.source})" if self.turned else self.source
        return f"{turned}+{self.added}" if self.added else turned


def counted(reference: str) -> str:
    """Count the numbers of a range: neither blanks nor texts nor error values.

    >>> counted("'kernel'!A1:B3")
    "=COUNT('kernel'!A1:B3)"
    """
    return f"=COUNT({reference})"


def verdict(*conditions: str) -> str:
    """Give PASS where all conditions hold, and FAIL where one does not or cannot be told.

    >>> verdict("G8=F8", "H8=F8")
    '=IFERROR(IF(AND(G8=F8,H8=F8),"PASS","FAIL"),"FAIL")'
    """
    return f'=IFERROR(IF(AND({",".join(conditions)}),"PASS","FAIL"),"FAIL")'


def overall(verdicts: str) -> str:
    """Give PASS where every verdict is PASS."""
    return f'=IF(COUNTIF({verdicts},"PASS")=ROWS({verdicts}),"PASS","FAIL")'


def passing(verdicts: str) -> str:
    """Say how many verdicts are PASS."""
    return f'=COUNTIF({verdicts},"PASS")&" of "&ROWS({verdicts})&" rows pass"'
