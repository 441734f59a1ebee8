"""How an audit workbook looks: one colour a gate everywhere, yellow for inputs, green and red for verdicts."""

from typing import NamedTuple

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from ..layouts.gates import Gate

LIGHT = {
    Gate.INPUT: "#DDEBF7",
    Gate.FORGET: "#E2EFDA",
    Gate.CANDIDATE: "#FCE4D6",
    Gate.OUTPUT: "#E6DFF0",
    # What has no gate: a projection.
    None: "#F2F2F2",
}
_GRID = {"border": 1, "border_color": "#BFBFBF"}


class Looks(NamedTuple):
    """The formats of a workbook; `gates` and `links` have one for each gate."""

    title: Format
    overall: Format
    bold: Format
    about: Format
    head: Format
    text: Format
    digest: Format
    centred: Format
    link: Format
    input: Format
    whole: Format
    figure: Format
    faint: Format
    number: Format
    difference: Format
    verdict: Format
    passed: Format
    failed: Format
    empty: Format
    differs: Format
    shades: dict[Gate | None, Format]
    gates: dict[Gate | None, Format]
    links: dict[Gate | None, Format]


def looks(workbook: Workbook) -> Looks:
    """Make the formats of a workbook."""
    add = workbook.add_format
    figure = {**_GRID, "align": "right"}
    link = {**_GRID, "align": "center", "font_color": "#1F4E9E", "underline": 1}
    return Looks(
        title=add({"bold": True, "font_size": 16}),
        overall=add({"bold": True, "font_size": 18, "align": "center", "valign": "vcenter", "border": 2}),
        bold=add({"bold": True, "valign": "vcenter", "indent": 1}),
        about=add({"valign": "vcenter"}),
        head=add(
            {**_GRID, "bold": True, "text_wrap": True, "align": "center", "valign": "vcenter", "bg_color": "#D9D9D9"}
        ),
        text=add({**_GRID, "shrink": True}),
        digest=add({**_GRID, "align": "center", "font_name": "Courier New", "font_size": 10}),
        centred=add({**_GRID, "align": "center"}),
        link=add({**link, "align": "left"}),
        input=add({**figure, "bg_color": "#FFFF99"}),
        whole=add({**figure, "num_format": "#,##0"}),
        figure=add(figure),
        faint=add({"font_color": "#A6A6A6", "align": "right"}),
        number=add({**figure, "num_format": "0.000000000000"}),
        difference=add({**figure, "num_format": "0.00E+00"}),
        verdict=add({**_GRID, "bold": True, "align": "center"}),
        passed=add({"bg_color": "#C6EFCE", "font_color": "#006100"}),
        failed=add({"bg_color": "#C00000", "font_color": "#FFFFFF"}),
        empty=add({"bg_color": "#FFEB9C", "font_color": "#7F6000"}),
        differs=add({"bg_color": "#C00000", "font_color": "#FFFFFF", "bold": True}),
        shades={gate: add({"bg_color": colour}) for gate, colour in LIGHT.items()},
        gates={gate: add({**_GRID, "bg_color": colour, "align": "center"}) for gate, colour in LIGHT.items()},
        links={gate: add({**link, "bg_color": colour}) for gate, colour in LIGHT.items()},
    )
