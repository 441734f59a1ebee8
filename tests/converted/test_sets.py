"""A converted set beside its export: numbers that need no parsing, because their text is the export's, are the same."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from csvlstm.commands.cli import main
from csvlstm.converted.sets import read_converted
from csvlstm.layouts.layout import KERNELS, PARTS, Sizes
from csvlstm.reading.floats import parse
from csvlstm.reading.tables import Export
from tests.exports import SIZES, random_export


def convert(folder: Path, export: Export, *options: str) -> Path:
    sizes = ["--input-size", str(export.sizes.input_size), "--hidden-size", str(export.sizes.hidden_size)]
    files = [export.kernel.name, export.bias.name]
    assert main(["convert", *files, *sizes, "-q", "-o", str(folder / "keras"), *options]) == 0
    return folder / "keras"


def parsed(monkeypatch: pytest.MonkeyPatch, folder: Path, export: Export) -> list[int]:
    """Read a set beside its export, see that it is the same as alone, and give the cells of what was parsed for it."""
    alone = read_converted(folder)
    cells = list[int]()

    def counted(text: bytes, count: int) -> np.ndarray | None:
        cells.append(count)
        return parse(text, count)

    with monkeypatch.context() as patch:
        patch.setattr("csvlstm.converted.sets.parse", counted)
        beside = read_converted(folder, export=export)
    for part in PARTS:
        assert beside[part].values.tobytes() == alone[part].values.tobytes()
        assert beside[part][2:] == alone[part][2:]
    return cells


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("options", [[], ["--output-labels"], ["--output-delimiter", ";", "--output-decimal", "comma"]])
def test_what_csvlstm_wrote_is_compared_and_not_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sizes: Sizes, options: list[str]
) -> None:
    export = random_export(tmp_path, sizes)
    assert parsed(monkeypatch, convert(tmp_path, export, *options), export) == [sizes.columns]


@pytest.mark.parametrize("part", KERNELS)
@pytest.mark.parametrize(
    "tamper",
    [
        lambda text: text.replace(b"0.", b"0.0", 1),
        lambda text: text.replace(b"0.", b"00.", 1),
        lambda text: text[text.index(b"\n") + 1 :] + text[: text.index(b"\n") + 1],
        lambda text: text[text.index(b"\n") + 1 :],
        lambda text: text + text,
        lambda text: b"".join(b",".join(line.split(b",")[::-1]) + b"\n" for line in text.splitlines()),
    ],
    ids=["another number", "another text", "a row moved", "a row lost", "twice", "turned around"],
)
def test_any_other_text_is_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str, tamper: Callable[[bytes], bytes]
) -> None:
    export = random_export(tmp_path, Sizes(3, 4))
    folder = convert(tmp_path, export)
    file = folder / f"{part}.csv"
    file.write_bytes(tamper(file.read_bytes()))
    rows = file.read_bytes().count(b"\n")
    assert sorted(parsed(monkeypatch, folder, export)) == [16, 16 * rows]


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_exchanged_files_and_the_export_as_it_is_are_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sizes: Sizes
) -> None:
    export = random_export(tmp_path, sizes)
    folder = convert(tmp_path, export)
    texts = {part: (folder / f"{part}.csv").read_bytes() for part in KERNELS}
    for part, other in zip(KERNELS, KERNELS[::-1], strict=True):
        (folder / f"{part}.csv").write_bytes(texts[other])
    assert len(parsed(monkeypatch, folder, export)) == 3
    (folder / "kernel.csv").write_bytes(export.kernel.text)
    assert len(parsed(monkeypatch, folder, export)) == 3
