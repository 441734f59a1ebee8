"""A check as one page for a browser: the verdict, the blocks, and a heatmap of each part before and after.

The page is one file: no script, nothing from elsewhere, and a policy that forbids both.
"""

import base64
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from .. import __version__
from ..layouts.gates import Gate
from ..names import readable
from ..verdict.report import CellReport, Report
from ..verdict.results import DIFFERENT, BlockResult
from ..verdict.summary import as_text
from .heatmaps import COLOURS, DIFFERS, NOBODYS, Heatmap

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_NAMES = {Gate.INPUT: "input", Gate.FORGET: "forget", Gate.CANDIDATE: "cell candidate", Gate.OUTPUT: "output"}
_HEAD = ("Part", "Gate", "Cells", "Differing", "Largest difference", "First in export", "First here", "Verdict")
_STYLE = """\
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1b1b1b; --line: #c8c8c8; --faint: #f2f2f2; --good: #c6efce;
  --good-ink: #006100; --bad: #c00000; --bad-ink: #ffffff }
@media (prefers-color-scheme: dark) { :root { --paper: #16181c; --ink: #e6e6e6; --line: #4a4d54; --faint: #22252b;
  --good: #14401c; --good-ink: #b9f0c4; --bad: #e04848; --bad-ink: #16181c } }
body { background: var(--paper); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; margin: 2em auto;
  max-width: 76em; padding: 0 1em }
.verdict { display: inline-block; font-size: 1.3em; font-weight: bold; padding: .3em .8em; border-radius: .3em }
.right { background: var(--good); color: var(--good-ink) } .wrong { background: var(--bad); color: var(--bad-ink) }
pre { background: var(--faint); padding: .8em; white-space: pre-wrap; overflow-wrap: anywhere }
table { border-collapse: collapse; margin: 1em 0; font-variant-numeric: tabular-nums }
th, td { border: 1px solid var(--line); padding: .2em .6em; text-align: left } th { background: var(--faint) }
td.number { text-align: right } .chip { display: inline-block; width: .9em; height: .9em; margin-right: .3em }
.legend span { margin-right: 1.4em; white-space: nowrap } .pair { display: flex; flex-wrap: wrap; gap: 1em 2em }
figure { margin: .6em 0; flex: 1 1 30em; min-width: 0 } figcaption { font-size: .9em; overflow-wrap: anywhere }
img { display: block; width: 100%; min-height: 3.2em; max-height: 22em; image-rendering: pixelated;
  border: 1px solid var(--line) }
summary { cursor: pointer; font-size: 1.15em; font-weight: bold; margin: .8em 0 }
@media print { details { break-inside: avoid } }
"""


class Drawn(NamedTuple):
    """A part of a converted set as heatmaps: what it is made of, and what it is."""

    before: Sequence[Heatmap]
    after: Heatmap


def as_page(report: Report, pictures: Sequence[Sequence[Drawn]]) -> str:
    """Give a report as HTML, with the pictures of the parts of each cell."""
    right = report.equivalent
    cells = zip(report.cells, pictures, strict=True)
    return readable(
        "<!DOCTYPE html>\n"
        f'<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>csvlstm check: {_text(report.verdict)}</title><style>{_STYLE}</style></head><body>\n"
        f"<h1>LSTM weights from {_text(_frameworks(report)[0])} to {_text(_frameworks(report)[1])}</h1>\n"
        f'<p class="verdict {"right" if right else "wrong"}">{_text(_verdict(report))}</p>\n'
        f"<pre>{_text(_summary(report))}</pre>\n{_legend()}\n"
        + "".join(_cell(cell, drawn, is_open=_is_open(report, cell)) for cell, drawn in cells)
        + f"<p>csvlstm {_text(__version__)}</p></body></html>\n"
    )


def _frameworks(report: Report) -> tuple[str, str]:
    cell = report.network.cells[0]
    return cell.layout.framework, cell.target.framework


def _verdict(report: Report) -> str:
    return f"{'equivalent' if report.equivalent else 'not equivalent'}: {report.verdict.replace('_', ' ')}"


def _summary(report: Report) -> str:
    return "\n".join([*(f"warning: {damage}" for damage in report.warnings), as_text(report)])


def _is_open(report: Report, cell: CellReport) -> bool:
    return len(report.cells) <= 2 or cell.result.verdict == DIFFERENT


def _legend() -> str:
    chips = [(COLOURS[gate], f"{gate.value} {name}") for gate, name in _NAMES.items()]
    chips += [(DIFFERS, "a cell that differs"), (NOBODYS, "a block that is of no gate of the export")]
    legend = "".join(f"<span>{_chip(colour)}{_text(name)}</span>" for colour, name in chips)
    return (
        f'<p class="legend">{legend}</p>\n<p>The stripe along each picture has the order of the gates that the layout '
        "declares; each block beside it has the colour of the gate whose weights it holds, the stronger the larger "
        "they are. Where both differ in colour, the order is wrong.</p>"
    )


def _chip(colour: tuple[int, int, int]) -> str:
    return f'<i class="chip" style="background: rgb{colour}"></i>'


def _cell(report: CellReport, drawn: Sequence[Drawn], is_open: bool) -> str:
    name = report.cell.folder or "LSTM"
    verdict = report.result.verdict.replace("_", " ")
    blocks = "".join(map(_block, report.result.blocks))
    head = "".join(f"<th>{_text(word)}</th>" for word in _HEAD)
    return (
        f"<details{' open' * is_open}><summary>{_text(f'{name}: {verdict}')}</summary>\n"
        f"{''.join(map(_part, drawn))}"
        f"<table><thead><tr>{head}</tr></thead><tbody>\n{blocks}</tbody></table></details>\n"
    )


def _block(block: BlockResult) -> str:
    gate = _chip(COLOURS[Gate(block.gate) if block.gate else None])
    difference = "-" if block.max_difference is None else f"{block.max_difference:.3g}"
    numbers = (str(block.cells), str(block.differing), difference)
    texts = (block.first_source or "-", block.first_target or "-", block.verdict.replace("_", " "))
    return (
        f"<tr><td>{_text(block.part)}</td><td>{gate}{_text(block.gate)}</td>"
        + "".join(f'<td class="number">{_text(number)}</td>' for number in numbers)
        + "".join(f"<td>{_text(text)}</td>" for text in texts)
        + "</tr>\n"
    )


def _part(drawn: Drawn) -> str:
    return (
        f'<h3>{_text(drawn.after.title)}</h3><div class="pair">'
        + "".join(_figure(picture, "before") for picture in drawn.before)
        + f"{_figure(drawn.after, 'after')}</div>\n"
    )


def _figure(picture: Heatmap, when: str) -> str:
    rows, columns = picture.shape
    caption = f"{when}: {picture.title}, {rows} x {columns}" + (", the largest of each bin" if picture.binned else "")
    data = base64.b64encode(picture.png).decode()
    return (
        f'<figure><img alt="{_text(caption)}" src="data:image/png;base64,{data}">'
        f"<figcaption>{_text(caption)}</figcaption></figure>"
    )


def _text(text: str) -> str:
    return escape(text, quote=True)
