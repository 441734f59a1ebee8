"""The words of the Audit sheet: its heads, what it says of itself, and what it does not show."""

from ..layouts.entries import SOURCE, TARGET

WIDTHS = (12, 20, 8, 13, 13, 11, 13, 16, 20, 20, 11, 10, 10)
INPUTS = ("Layer", "Input\nsize D", "Hidden\nsize H", "Forget bias", "Tolerance", "Gates")
FILES = ("Layer", "Sheet", "File", "", "", "Rows", "Columns", "Numbers", "SHA-256 of the file", "", "", "", "")
WIDE = {"File": ("C", "E"), "SHA-256 of the file": ("I", "M")}
"""Words that stand over more than one column, and which."""

BLOCKS = (
    "Layer",
    "Part",
    "Gate",
    "TensorFlow 1",
    "Keras",
    "Cells",
    "Numbers in\nTensorFlow 1",
    "Numbers in\nKeras",
    "Sum of TensorFlow 1\n(+ forget bias)",
    "Sum of\nKeras",
    "Largest\ndifference",
    "Cells\ndiffering",
    "Verdict",
)
SPOT = (
    "Layer",
    "Spot check",
    "Row",
    "Column",
    "Gate",
    "Cell in\nTF1",
    "Cell in\nKeras",
    "of",
    "TensorFlow 1\n(+ forget bias)",
    "Keras",
    "Difference",
    "",
    "Verdict",
)
ABOUT = (
    "Every figure here is a formula over the other sheets, which hold the CSV files cell for cell: B7 there is B7 in "
    "the file. Yellow cells are inputs: type over them. A click on a range shows its cells."
)
NOTES = (
    "Gates: i input, f forget, c cell candidate (TensorFlow 1 calls it j), o output. Their quarters of the columns: "
    + "; ".join(f"{layout.framework} {', '.join(gate.value for gate in layout.gates)}" for layout in (SOURCE, TARGET)),
    "Shown: every number of the TensorFlow 1 export stands in the Keras files at its place, and nothing else does; the "
    "forget bias is added to gate f of the bias. The tolerance is for these sums; all other cells must be equal.",
    "Coverage passes where the 12 blocks are all the numbers of all five files. Control passes where two blocks that "
    "do not belong together differ, so that the comparison is seen to be able to fail.",
    "Not shown: anything about the training or the activation functions, or that the forget bias is the one of the "
    "training; it stands in no file.",
    "A spreadsheet does not see differences below 4e-15 of a number, and knows no float32: numbers that are equal only "
    "as float32 fail here. The audit.csv of the same program compares exactly, and decides.",
    "SHA-256 again: sha256sum FILE (Linux), shasum -a 256 FILE (macOS), certutil -hashfile FILE SHA256 (Windows), "
    "Get-FileHash FILE (PowerShell).",
    "",
    "Recomputed by: ________________________      Date: ________________      Signature: ________________________",
)
