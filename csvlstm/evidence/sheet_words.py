"""The words of the sheets of an audit: their heads, what they say of themselves, and what they do not show."""

from typing import NamedTuple

from ..layouts.plan import Plan

WIDTHS = (12, 20, 8, 13, 13, 11, 13, 16, 20, 20, 11, 10, 14, 12, 12, 9)
INPUTS = ("Layer", "Input\nsize D", "Hidden\nsize H", "Size of the\noutput", "Forget bias", "Tolerance")
FILES = ("Layer", "Sheet", "File", "", "", "Rows", "Columns", "Numbers", "SHA-256 of the file", "", "", "", "")
WIDE = {"File": ("C", "E"), "SHA-256 of the file": ("I", "M")}
"""Words that stand over more than one column, and which."""


class Heads(NamedTuple):
    """The heads of the blocks between two frameworks."""

    source: str
    target: str

    @property
    def blocks(self) -> list[str]:
        """The heads of the rows of blocks."""
        source, target = self
        numbers = f"Numbers in\n{source}", f"Numbers in\n{target}"
        sums = f"Sum of {source}\n(+ forget bias)", f"Sum of\n{target}"
        compared = "Largest\ndifference", "Cells\ndiffering", "Verdict"
        first = f"First differing\n{source}", f"First differing\n{target}", "Its key"
        return ["Layer", "Part", "Gate", source, target, "Cells", *numbers, *sums, *compared, *first]


ABOUT = (
    "Every figure here is a formula over the other sheets, which hold the CSV files cell for cell: B7 there is B7 in "
    "the file. Yellow cells are inputs: type over them. A click on a range shows its cells; those that differ are red.",
    "Figures are missing? Excel opens files from elsewhere in Protected View and computes nothing there: click Enable "
    "Editing.",
)
SIGNATURES = (
    "Prepared by: ______________________________   Date: ________________   Signature: ______________________________",
    "Reviewed by: ______________________________   Date: ________________   Signature: ______________________________",
)


def title(plan: Plan) -> str:
    """Give the title of a workbook."""
    return f"LSTM weights from {plan.source.framework} to {plan.target.framework}: every number compared"


def notes(plan: Plan) -> list[str]:
    """Say what is shown and what is not."""
    orders = "; ".join(
        f"{layout.framework} {', '.join(gate.value for gate in layout.gates)}" for layout in (plan.source, plan.target)
    )
    source, target = plan.source.framework, plan.target.framework
    return [
        "Gates: i input, f forget, c cell candidate (TensorFlow 1 calls it j), o output. Their order: " + orders + ".",
        f"Shown: every number of the {source} files stands in the {target} files at its place, and nothing else does; "
        "the forget bias is added to gate f of the bias. The tolerance is for sums; all other cells must be equal.",
        f"Coverage passes where the {len(plan.moves)} blocks are all the numbers of all "
        f"{len(plan.source.arrays) + len(plan.target.arrays)} files. Control passes where two blocks that do not "
        "belong together differ, so that the comparison is seen to be able to fail.",
        "The key of a cell is its row x 16384 + its column - 1: the smallest of those that differ is the first.",
        "Not shown: anything about the training or the activation functions, or that the forget bias is the one of the "
        "training; it stands in no file.",
        "A spreadsheet does not see differences below 4e-15 of a number, and knows no float32: numbers that are equal "
        "only as float32 fail here. The audit.csv of the same program compares exactly, and decides.",
        "SHA-256 again: sha256sum FILE (Linux), shasum -a 256 FILE (macOS), certutil -hashfile FILE SHA256 (Windows), "
        "Get-FileHash FILE (PowerShell).",
    ]
