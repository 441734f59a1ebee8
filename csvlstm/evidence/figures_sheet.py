"""The sheet of a layer: its sizes, its files, and one row a block, every figure a live formula."""

from collections.abc import Sequence
from typing import NamedTuple

from ..layouts.arrays import Span
from ..layouts.plan import Move
from . import sheet_words as words
from .formulas import Inputs, Pair, Side, counted, overall, passing, verdict
from .front import FRONT_ROWS, Front
from .page import Page
from .value_sheets import LayerSheets, ValueSheet, is_computed

INPUTS = Inputs(*(f"${letter}${FRONT_ROWS + 2}" for letter in "BCDEF"))
"""Where the yellow cells of a layer stand on its sheet."""


class Rows(NamedTuple):
    """Which row, counted from 1, holds what on a sheet of so many files, notes and blocks."""

    files: int
    notes: int
    blocks: int

    def file(self, number: int) -> int:
        """The row of a file."""
        return FRONT_ROWS + 4 + number

    def block(self, number: int) -> int:
        """The row of a block; those of coverage and control follow."""
        return self.file(self.files) + self.notes + 1 + number

    @property
    def coverage(self) -> int:
        """The row that counts all cells."""
        return self.block(self.blocks)

    @property
    def end(self) -> int:
        """The row below the last verdict."""
        return self.coverage + 2

    def column(self, letter: str) -> str:
        """The range of a column from the first block to the control."""
        return f"{letter}{self.block(0)}:{letter}{self.end - 1}"


def rows_of(layer: LayerSheets) -> Rows:
    """Tell which rows the sheet of a layer has."""
    notes = [shown for shown in layer.sheets.values() if shown.note]
    return Rows(len(layer.sheets), len(notes), len(layer.plan.moves))


class LayerSheet:
    """The sheet of one layer."""

    def __init__(self, page: Page, layer: LayerSheets) -> None:
        self._page, self._looks, self._layer = page, page.looks, layer
        self._plan, self._rows = layer.plan, rows_of(layer)
        self._heads = words.Heads(layer.plan.source.framework, layer.plan.target.framework)

    def write(self, front: Front) -> None:
        """Write the sheet from its first row to its last."""
        for column, width in enumerate(words.WIDTHS):
            self._page.sheet.set_column(column, column, width)
        self._page.sheet.freeze_panes(3, 0)
        self._page.print_on_a4(high=1)
        self._page.judged(f"B2 {self._rows.column('M')}")
        verdicts = self._rows.column("M")
        front.write(self._page, overall(verdicts), passing(verdicts))
        self._inputs()
        self._files()
        self._blocks()
        self._coverage()
        self._control()
        for number, line in enumerate(words.notes(self._plan)):
            self._page.text("A", self._rows.end + 1 + number, line)

    def _head(self, row: int, heads: Sequence[str]) -> None:
        if any("\n" in head for head in heads):
            self._page.sheet.set_row(row - 1, 31)
        self._page.texts(row, heads, self._looks.head)
        for head in heads:
            if head in words.WIDE:
                self._page.merged(*words.WIDE[head], row, head, self._looks.head)

    def _inputs(self) -> None:
        row, layer = FRONT_ROWS + 2, self._layer
        self._head(row - 1, words.INPUTS)
        self._page.text("A", row, layer.label, self._looks.text)
        for column, value in zip("BC", layer.sizes[:2], strict=True):
            self._page.number(column, row, value, self._looks.input)
        if len(layer.sizes) > 2:
            self._page.number("D", row, layer.sizes.output_size, self._looks.input)
        else:
            self._page.figure("D", row, f"={INPUTS.hidden_size}", self._looks.whole)
        for column, number in zip("EF", (layer.gained, layer.tolerance), strict=True):
            self._page.number(column, row, number, self._looks.input)

    def _files(self) -> None:
        self._head(self._rows.file(0) - 1, words.FILES)
        for at, shown in enumerate(self._layer.sheets.values()):
            row = self._rows.file(at)
            self._page.text("A", row, self._layer.label, self._looks.text)
            self._page.link("B", row, shown.table, shown.title, self._looks.link)
            self._page.merged("C", "E", row, shown.file, self._looks.text)
            for column, reference in (("F", shown.first_column), ("G", shown.first_row), ("H", shown.searched)):
                self._page.figure(column, row, counted(reference), self._looks.whole)
            self._page.merged("I", "M", row, shown.sha256, self._looks.digest)
        notes = [f"{shown.title}: {shown.note}" for shown in self._layer.sheets.values() if shown.note]
        for number, note in enumerate(notes):
            self._page.text("A", self._rows.file(self._rows.files) + number, note)

    def _blocks(self) -> None:
        self._head(self._rows.block(0) - 1, self._heads.blocks)
        for number, move in enumerate(self._plan.moves):
            row = self._rows.block(number)
            self._names(row, move.target.array, move)
            added = INPUTS.gained if move.gains_forget_bias else ""
            pair = self._pair(row, move, move, added)
            self._page.figure("F", row, f"={INPUTS.cells_of(move.operand)}", self._looks.whole)
            self._compare(row, pair, INPUTS.tolerance if is_computed(move) else "")
            numbers = f"G{row}={max(len(move.sources), 1)}*F{row}"
            self._verdict(row, numbers, f"H{row}=F{row}", f"L{row}=0")

    def _coverage(self) -> None:
        row, first, exported = self._rows.coverage, self._rows.file(0), len(self._plan.source.arrays)
        last = first + self._rows.files - 1
        self._texts(row, ["coverage: all cells", "", "", ""], "B")
        self._page.figure("F", row, f"={INPUTS.all_cells(self._plan.target.arrays)}", self._looks.whole)
        self._page.figure("G", row, f"=SUM(H{first}:H{first + exported - 1})", self._looks.whole)
        self._page.figure("H", row, f"=SUM(H{first + exported}:H{last})", self._looks.whole)
        self._texts(row, [""] * 4, "I")
        self._texts(row, [""] * 2, "N")
        in_source = f"G{row}={INPUTS.all_cells(self._plan.source.arrays)}"
        blocks = f"SUM(F{self._rows.block(0)}:F{row - 1})=F{row}"
        self._verdict(row, in_source, f"H{row}=F{row}", blocks)

    def _control(self) -> None:
        """Compare two blocks that do not belong together; where all are equal, a block with itself and 1 more."""
        row, moves, wrong = self._rows.coverage + 1, self._plan.moves, self._layer.wrong_pair
        alone = next((move for move in moves if len(move.sources) == 1), moves[0])
        source, target = wrong or (alone, alone)
        names = [move.gate.value if move.gate else "" for move in (source, target)]
        self._texts(row, ["control: must differ", ", ".join(names) if wrong else f"{names[0]} + 1"], "B")
        pair = self._pair(row, source, target, "" if wrong else "1")
        self._page.figure("F", row, f"=F{self._rows.block(moves.index(source))}", self._looks.whole)
        self._compare(row, pair, "")
        self._verdict(row, f"G{row}=F{row}", f"H{row}=F{row}", f"L{row}>0")

    def _names(self, row: int, name: str, move: Move) -> None:
        self._texts(row, [name], "B")
        self._page.text("C", row, move.gate.value if move.gate else "", self._looks.gates[move.gate])

    def _texts(self, row: int, texts: Sequence[str], first: str) -> None:
        self._page.text("A", row, self._layer.label, self._looks.text)
        self._page.texts(row, texts, self._looks.text, first)

    def _pair(self, row: int, source: Move, target: Move, added: str) -> Pair:
        """Link to the sources of a move and to the target of another, and give them as a pair to compare."""
        there = self._layer.target(target.target.array)
        sides = [(self._layer.source(span.array), span) for span in source.sources]
        pair = Pair(
            tuple(_side(here, span, (here.form.turned != there.form.turned) != source.turned) for here, span in sides),
            _side(there, target.target),
            added,
        )
        shown = " + ".join(side.range.split("!")[1] for side in pair.sources)
        self._page.text("D", row, shown, self._looks.gates[source.gate])
        if len(sides) == 1:
            self._page.link("D", row, pair.sources[0].range, shown, self._looks.links[source.gate])
        self._page.link("E", row, pair.target.range, pair.target.range.split("!")[1], self._looks.links[target.gate])
        return pair

    def _compare(self, row: int, pair: Pair, tolerance: str) -> None:
        numbers = counted(*(side.range for side in pair.sources)) if pair.sources else f"=F{row}"
        self._page.figure("G", row, numbers, self._looks.whole)
        self._page.figure("H", row, counted(pair.target.range), self._looks.whole)
        self._page.figure("I", row, pair.source_sum(f"H{row}"), self._looks.number)
        self._page.figure("J", row, pair.target_sum, self._looks.number)
        self._page.figure("K", row, pair.largest, self._looks.difference)
        self._page.figure("L", row, pair.differing(tolerance), self._looks.whole)
        self._page.figure("N", row, pair.first_source(f"P{row}"), self._looks.centred)
        self._page.figure("O", row, pair.first_target(f"P{row}"), self._looks.centred)
        self._page.figure("P", row, pair.first_key(f"L{row}", tolerance), self._looks.faint)

    def _verdict(self, row: int, *conditions: str) -> None:
        self._page.figure("M", row, verdict(f"G{row}+H{row}", *conditions), self._looks.verdict)


def _side(sheet: ValueSheet, span: Span, turned: bool = False) -> Side:
    return Side(sheet.at(span.rows, span.columns), sheet.cell(span.rows[0], span.columns[0]), turned)
