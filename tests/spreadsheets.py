"""What real spreadsheet programs make of a workbook: its first sheet, recalculated, as the texts that they show."""

import csv
import shutil
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import ironcalc
import pytest

from . import children

needs_libreoffice = pytest.mark.skipif(not shutil.which("soffice"), reason="no LibreOffice (libreoffice-calc-nogui)")

Sheet = list[list[str]]


def in_ironcalc(path: Path, number: int = 0) -> Sheet:
    """Recalculate a workbook in ironcalc, and give one of its sheets."""
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    model.evaluate()
    _, rows, _, columns = model.get_sheet_dimensions(number)
    return [
        [model.get_formatted_cell_value(number, row, column) for column in range(1, columns + 1)]
        for row in range(1, rows + 1)
    ]


def in_libreoffice(paths: Sequence[Path], folder: Path) -> dict[str, Sheet]:
    """Recalculate workbooks, by their names, in one run of LibreOffice with a profile of its own."""
    command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "csv"]
    run = children.run([*command, "--outdir", str(folder), *paths])
    assert run.returncode == 0, run.stderr
    return {
        path.stem: list(csv.reader(StringIO((folder / f"{path.stem}.csv").read_text(), newline=""))) for path in paths
    }


def judged(sheet: Sheet) -> list[list[str]]:
    """Give the rows that have a verdict, cut after it."""
    at = next(row.index("Verdict") for row in sheet if "Verdict" in row)
    return [row[: at + 1] for row in sheet if len(row) > at and row[at] in ("PASS", "FAIL", "not filled yet")]


def verdicts(sheet: Sheet) -> dict[str, str]:
    """Give the verdict of each row that has one, by layer, part and gate, and the overall one."""
    return {"OVERALL": sheet[1][1], **{" ".join(row[:3]): row[-1] for row in judged(sheet)}}


def failing(sheet: Sheet) -> set[str]:
    """Name the rows that fail, without their layer."""
    return {name.partition(" ")[2] for name, verdict in verdicts(sheet).items() if verdict == "FAIL" and " " in name}
