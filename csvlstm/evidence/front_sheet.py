"""The Audit sheet of a workbook: its inputs and files, and one row a block, every figure a live formula."""

from collections.abc import Sequence
from typing import NamedTuple

from xlsxwriter.format import Format

from .. import __version__
from ..layouts.layout import GATES
from ..layouts.plan import Move
from . import sheet_words as words
from .columns_sheet import Columns
from .formulas import Inputs, Pair, counted, overall, passing, verdict
from .page import Page
from .spot_checks import bias_spot, kernel_spot
from .value_sheets import LayerSheets

_A4 = 9


class Rows(NamedTuple):
    """Which row, counted from 1, holds what on a page of some layers and some notes on their files.

    Each layer has so many `files`, and so many `blocks` of its converted set.
    """

    layers: int
    notes: int
    files: int
    blocks: int

    def inputs(self, layer: int) -> int:
        """The row of a layer's sizes and forget bias."""
        return 6 + layer

    def file(self, layer: int, number: int) -> int:
        """The row of one of a layer's files."""
        return self.inputs(self.layers) + 2 + self.files * layer + number

    def block(self, layer: int, number: int) -> int:
        """The row of one of a layer's blocks; its coverage and control rows follow."""
        return self.file(self.layers, 0) + self.notes + 2 + (self.blocks + 2) * layer + number

    def spot(self, layer: int) -> int:
        """The row of a layer's spot check of the kernel; that of the bias follows."""
        return self.block(self.layers, 0) + 2 + 2 * layer

    @property
    def verdicts(self) -> str:
        """The range of all verdicts that count."""
        return f"M{self.block(0, 0)}:M{self.block(self.layers, 0) - 1}"


class AuditSheet:
    """The Audit sheet of some layers."""

    def __init__(self, page: Page, layers: Sequence[LayerSheets], columns: Sequence[Columns]) -> None:
        self._page = page
        self._looks = page.looks
        self._layers = list(enumerate(layers))
        self._columns = columns
        self._notes = [
            f"{shown.title}: {shown.note}" for layer in layers for shown in layer.sheets.values() if shown.note
        ]
        self._rows = Rows(len(layers), len(self._notes), len(layers[0].sheets), len(layers[0].plan.moves))

    def write(self) -> None:
        """Write the sheet from its first row to its last."""
        self._lay_out()
        self._top()
        self._head(self._rows.inputs(0) - 1, words.INPUTS)
        for number, layer in self._layers:
            self._inputs(number, layer)
        self._head(self._rows.file(0, 0) - 1, words.FILES)
        for number, layer in self._layers:
            self._files(number, layer)
        self._lines(self._rows.file(len(self._layers), 0), self._notes)
        self._head(self._rows.block(0, 0) - 1, words.BLOCKS)
        for number, layer in self._layers:
            self._blocks(number, layer)
        self._head(self._rows.spot(0) - 1, words.SPOT)
        for number, layer in self._layers:
            self._spot_checks(number, layer)
        self._lines(self._rows.spot(len(self._layers)) + 1, words.NOTES)

    def _lay_out(self) -> None:
        sheet = self._page.sheet
        for column, width in enumerate(words.WIDTHS):
            sheet.set_column(column, column, width)
        sheet.hide_gridlines(2)
        sheet.freeze_panes(3, 0)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.set_margins(0.4, 0.4, 0.5, 0.5)
        sheet.fit_to_pages(1, 1 if len(self._layers) == 1 else 0)
        sheet.set_footer(f"&Lcsvlstm {__version__}&RPage &P of &N")
        for word, look in (("PASS", self._looks.passed), ("FAIL", self._looks.failed)):
            rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": look}
            sheet.conditional_format("B2", rule)
            sheet.conditional_format(f"M{self._rows.block(0, 0)}:M{self._rows.spot(len(self._layers))}", rule)

    def _top(self) -> None:
        self._page.sheet.set_row(0, 24)
        self._page.text("A", 1, "LSTM weights from TensorFlow 1 to Keras: every number compared", self._looks.title)
        self._page.sheet.set_row(1, 28)
        self._page.text("A", 2, "OVERALL", self._looks.bold)
        self._page.figure("B", 2, overall(self._rows.verdicts), self._looks.overall)
        self._page.figure("C", 2, passing(self._rows.verdicts), self._looks.bold)
        self._page.sheet.set_row(2, 24)
        self._page.text("A", 3, words.ABOUT, self._looks.about)

    def _head(self, row: int, heads: Sequence[str]) -> None:
        if any("\n" in head for head in heads):
            self._page.sheet.set_row(row - 1, 31)
        self._page.texts(row, heads, self._looks.head)
        for head in heads:
            if head in words.WIDE:
                self._page.merged(*words.WIDE[head], row, head, self._looks.head)

    def _lines(self, row: int, lines: Sequence[str]) -> None:
        for number, line in enumerate(lines):
            self._page.text("A", row + number, line)

    def _inputs(self, number: int, layer: LayerSheets) -> None:
        row = self._rows.inputs(number)
        self._page.text("A", row, layer.label, self._looks.text)
        for column, value in zip("BCDE", (*layer.sizes, layer.forget_bias, layer.tolerance), strict=True):
            self._page.number(column, row, value, self._looks.input)
        self._page.number("F", row, GATES, self._looks.whole)

    def _inputs_of(self, number: int) -> Inputs:
        return Inputs(*(f"${letter}${self._rows.inputs(number)}" for letter in "BCDEF"))

    def _files(self, number: int, layer: LayerSheets) -> None:
        for at, shown in enumerate(layer.sheets.values()):
            row = self._rows.file(number, at)
            self._page.text("A", row, layer.label, self._looks.text)
            self._page.link("B", row, shown.table, shown.title, self._looks.link)
            self._page.merged("C", "E", row, shown.file, self._looks.text)
            for column, reference in (("F", shown.first_column), ("G", shown.first_row), ("H", shown.searched)):
                self._page.figure(column, row, counted(reference), self._looks.whole)
            self._page.merged("I", "M", row, shown.sha256, self._looks.digest)

    def _blocks(self, number: int, layer: LayerSheets) -> None:
        inputs = self._inputs_of(number)
        rows = range(self._rows.block(number, 0), self._rows.block(number, self._rows.blocks))
        for row, move in zip(rows, layer.plan.moves, strict=True):
            added, tolerance = (inputs.forget_bias, inputs.tolerance) if move.gains_forget_bias else ("", "")
            assert move.gate
            self._names(row, layer, move.target.array, move.gate.value, self._looks.gates[move.gate])
            pair = self._pair(row, layer, move, move, added)
            self._page.figure("F", row, inputs.cells_of(move.operand), self._looks.whole)
            self._compare(row, pair, pair.differing(tolerance))
            self._verdict(row, f"L{row}=0")
        self._coverage(rows, number, layer)
        self._control(rows, number, layer)

    def _coverage(self, rows: range, number: int, layer: LayerSheets) -> None:
        row, first = rows.stop, self._rows.file(number, 0)
        last, exported = first + self._rows.files - 1, len(layer.plan.source.arrays)
        self._names(row, layer, "coverage: all cells", "", self._looks.text)
        self._page.texts(row, ["", ""], self._looks.text, "D")
        self._page.figure("F", row, self._inputs_of(number).all_cells, self._looks.whole)
        self._page.figure("G", row, f"=SUM(H{first}:H{first + exported - 1})", self._looks.whole)
        self._page.figure("H", row, f"=SUM(H{first + exported}:H{last})", self._looks.whole)
        self._page.texts(row, ["", "", "", ""], self._looks.text, "I")
        self._verdict(row, f"SUM(F{rows[0]}:F{rows[-1]})=F{row}")

    def _control(self, rows: range, number: int, layer: LayerSheets) -> None:
        """Compare two blocks that do not belong together; where all are equal, a block with itself and 1 more."""
        row, moves = rows.stop + 1, layer.plan.moves
        source, target = layer.wrong_pair or (moves[0], moves[0])
        assert source.gate
        assert target.gate
        gates = f"{source.gate.value}, {target.gate.value}" if layer.wrong_pair else f"{source.gate.value} + 1"
        self._names(row, layer, "control: must differ", gates, self._looks.centred)
        pair = self._pair(row, layer, source, target, "" if layer.wrong_pair else "1")
        self._page.figure("F", row, f"=F{rows[moves.index(source)]}", self._looks.whole)
        self._compare(row, pair, pair.differing())
        self._verdict(row, f"ISNUMBER(L{row})", f"L{row}>0")

    def _names(self, row: int, layer: LayerSheets, part: str, gate: str, look: Format) -> None:
        self._page.texts(row, [layer.label, part], self._looks.text)
        self._page.text("C", row, gate, look)

    def _pair(self, row: int, layer: LayerSheets, source: Move, target: Move, added: str) -> Pair:
        """Link to the source of a move and to the target of another, and give them as a pair to compare."""
        (taken,) = source.sources
        here, there = layer.source(taken.array), layer.target(target.target.array)
        pair = Pair(
            here.at(taken.rows, taken.columns),
            there.at(target.target.rows, target.target.columns),
            (here.form.turned != there.form.turned) != source.turned,
            added,
        )
        for column, reference, move in (("D", pair.source, source), ("E", pair.target, target)):
            assert move.gate
            self._page.link(column, row, reference, reference.split("!")[1], self._looks.links[move.gate])
        return pair

    def _compare(self, row: int, pair: Pair, differing: str) -> None:
        self._page.figure("G", row, counted(pair.source), self._looks.whole)
        self._page.figure("H", row, counted(pair.target), self._looks.whole)
        self._page.figure("I", row, pair.source_sum, self._looks.number)
        self._page.figure("J", row, pair.target_sum, self._looks.number)
        self._page.figure("K", row, pair.largest, self._looks.difference)
        self._page.figure("L", row, differing, self._looks.whole)

    def _verdict(self, row: int, *conditions: str) -> None:
        """Pass where all cells are numbers on both sides, and the conditions hold."""
        self._page.figure("M", row, verdict(f"G{row}=F{row}", f"H{row}=F{row}", *conditions), self._looks.verdict)

    def _spot_checks(self, number: int, layer: LayerSheets) -> None:
        inputs, columns, row = self._inputs_of(number), self._columns[number], self._rows.spot(number)
        kernel_spot(self._page, row, layer, inputs, columns)
        bias_spot(self._page, row + 1, layer, inputs, columns)
