"""A converted set beside its export: numbers that need no parsing, because their text is the export's, are the same."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from csvlstm import CsvLstmError, read_weights
from csvlstm.commands.cli import main
from csvlstm.converted.sets import read_converted
from csvlstm.layouts.arrays import Array, Layout
from csvlstm.layouts.entries import KERAS, LAYOUTS, TF1
from csvlstm.layouts.gates import Sizes
from csvlstm.layouts.plan import plan
from csvlstm.reading.as_found import read_as_found
from csvlstm.reading.floats import parse
from csvlstm.reading.sources import read_source
from csvlstm.reading.tables import Table, WeightSet
from tests.exports import PARTS, SIZES, check_cell, random_export
from tests.mistakes import converted as right_parts
from tests.mistakes import random_layer, write


def convert(folder: Path, export: WeightSet, *options: str) -> Path:
    sizes = ["--input-size", str(export.sizes.input_size), "--hidden-size", str(export.sizes.hidden_size)]
    files = [export.kernel.name, export.bias.name]
    assert main(["convert", *files, *sizes, "-q", "-o", str(folder / "keras"), *options]) == 0
    return folder / "keras"


def whole_or_not(folder: Path) -> dict[str, Table]:
    """Read the files of a set alone, whatever shapes they have."""
    return read_as_found(KERAS, (read_source(str(folder / f"{part}.csv")) for part in PARTS))


def parsed(monkeypatch: pytest.MonkeyPatch, folder: Path, export: WeightSet) -> list[int]:
    """Read a set beside its export, see that it is the same as alone, and give the cells of what was parsed for it."""
    alone, _ = whole_or_not(folder), export.values
    cells = list[int]()

    def counted(text: bytes, count: int) -> np.ndarray | None:
        cells.append(count)
        return parse(text, count)

    with monkeypatch.context() as patch:
        patch.setattr("csvlstm.reading.tables.parse", counted)
        beside = read_converted(folder, plan(TF1, KERAS, export.sizes, 1.0), export).tables
    for part in PARTS:
        assert beside[part].values.tobytes() == alone[part].values.tobytes()
        for what in ("form", "labels", "sha256"):
            assert getattr(beside[part], what) == getattr(alone[part], what)
    return cells


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("options", [[], ["--output-labels"], ["--output-delimiter", ";", "--output-decimal", "comma"]])
def test_what_csvlstm_wrote_is_compared_and_not_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sizes: Sizes, options: list[str]
) -> None:
    export = random_export(tmp_path, sizes)
    assert parsed(monkeypatch, convert(tmp_path, export, *options), export) == [sizes.columns]


@pytest.mark.parametrize("part", PARTS[:2])
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
    texts = {part: (folder / f"{part}.csv").read_bytes() for part in PARTS[:2]}
    for part, other in zip(PARTS[:2], PARTS[:2][::-1], strict=True):
        (folder / f"{part}.csv").write_bytes(texts[other])
    assert len(parsed(monkeypatch, folder, export)) == 3
    (folder / "kernel.csv").write_bytes(export.kernel.text)
    assert len(parsed(monkeypatch, folder, export)) == 3


def r_text(array: np.ndarray, mark: str, names: str, decimal: str = ".", index: bool = True) -> str:
    """Write numbers [rows, columns] as R's write.table does, with 15 digits; `names` says what stands above them."""
    columns = ['"x"'] if array.shape[1] == 1 else [f'"V{number}"' for number in range(1, array.shape[1] + 1)]
    heads = {"absent corner": [columns], "blank corner": [['""', *columns]], "no names": []}[names]
    rows = [
        ([f'"{number}"'] if index else []) + [f"{value:.15g}".replace(".", decimal) for value in row]
        for number, row in enumerate(array.tolist(), start=1)
    ]
    return "".join(mark.join(row) + "\n" for row in [*heads, *rows])


R_FORMS: dict[str, dict[str, Any]] = {
    "write.csv": {"mark": ",", "names": "blank corner"},
    "write.csv2": {"mark": ";", "names": "blank corner", "decimal": ","},
    "write.csv(row.names=FALSE)": {"mark": ",", "names": "absent corner", "index": False},
    "write.table": {"mark": " ", "names": "absent corner"},
    "write.table(sep=',')": {"mark": ",", "names": "absent corner"},
    "write.table(sep='\\t', col.names=NA)": {"mark": "\t", "names": "blank corner"},
    "write.table(sep=',', col.names=FALSE)": {"mark": ",", "names": "no names"},
}


@pytest.mark.parametrize("how", R_FORMS.values(), ids=list(R_FORMS))
@pytest.mark.parametrize("bias_is_column", [True, False], ids=["bias as a column", "bias as a row"])
@pytest.mark.parametrize("sizes", [*SIZES, Sizes(12, 9)], ids=str)
def test_a_set_written_by_r_is_read(tmp_path: Path, sizes: Sizes, bias_is_column: bool, how: dict[str, Any]) -> None:
    layer = random_layer(np.random.default_rng(1), *sizes, 1.0)
    right = right_parts(layer)
    for parts, verdict in ((right, True), (right | {"kernel": right["kernel"] + 0.5}, False)):
        files = write(tmp_path, layer, {})
        for part, array in parts.items():
            lying = array.reshape(-1, 1) if part == "bias" and bias_is_column else np.atleast_2d(array)
            (tmp_path / f"{part}.csv").write_text(r_text(lying, **how))
        assert check_cell(*files, sizes).equivalent is verdict


@pytest.mark.parametrize(
    ("said", "row", "column"),
    [
        (["--set-header"], ["7", "3", "12", "1", "0", "2", "9", "4"], None),
        (["--set-index"], None, ["7", "3"]),
        (["--set-header", "--set-index"], ["", "7", "3", "12", "1", "0", "2", "9", "4"], ["7", "3"]),
    ],
    ids=str,
)
def test_options_say_what_stands_beside_the_numbers_of_a_set(
    tmp_path: Path, said: list[str], row: list[str] | None, column: list[str] | None
) -> None:
    layer = random_layer(np.random.default_rng(1), 2, 2, 1.0)
    kernel, bias, _ = write(tmp_path, layer, right_parts(layer))
    lines = (tmp_path / "kernel.csv").read_text().splitlines()
    lines = [f"{label},{line}" for label, line in zip(column, lines, strict=True)] if column else lines
    (tmp_path / "kernel.csv").write_text("\n".join([*([",".join(row)] if row else []), *lines, ""]))
    command = [kernel, bias, str(tmp_path), "--input-size", "2", "--hidden-size", "2", "-q"]
    evidence = ["-o", str(tmp_path / "audit.csv"), "--force"]
    assert main(["check", *command]) != 0
    assert main(["check", *command, *said]) == 0
    assert main(["audit", *command, *evidence, *said]) == 0
    assert main(["check", *command, *(option.replace("--set", "--no-set") for option in said)]) != 0


LABELLED = [
    pytest.param(layout, array, id=f"{layout.key}-{array.name}")
    for layout in LAYOUTS.values()
    if layout.offered
    for array in layout.arrays
    if len(array.gates) == 4
]


@pytest.mark.parametrize("sizes", [Sizes(3, 5), Sizes(4, 4)], ids=str)
@pytest.mark.parametrize(("layout", "array"), LABELLED)
def test_labels_of_a_set_that_name_gates_in_another_order_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], layout: Layout, array: Array, sizes: Sizes
) -> None:
    export = random_export(tmp_path, sizes)
    folder = convert(tmp_path, export, "--to", layout.key, "--output-labels")
    files = [export.kernel.name, export.bias.name, str(folder)]
    command = ["check", *files, "--to", layout.key, "--input-size", str(sizes.input_size)]
    command += ["--hidden-size", str(sizes.hidden_size)]
    assert main(command) == 0
    file = folder / f"{array.name}.csv"
    first, second = (gate.value for gate in array.gates[:2])
    swap = {f"{first}_": f"{second}_", f"{second}_": f"{first}_"}
    text = re.sub(rf"\b[{first}{second}]_(?=[0-9])", lambda found: swap[found[0]], file.read_text())
    file.write_text(text)
    (folder / "weights.csv").unlink(missing_ok=True)
    capsys.readouterr()
    assert main(command) == 2
    assert f"{array.name}.csv: line" in (said := capsys.readouterr().err)
    assert f"stands at a weight of gate {first}" in said
    with pytest.raises(CsvLstmError, match=f"stands at a weight of gate {first}"):
        read_weights(folder, layout=layout.key)


@pytest.mark.parametrize("sizes", [Sizes(3, 5), Sizes(4, 4), Sizes(1, 2)], ids=str)
@pytest.mark.parametrize(("layout", "array"), LABELLED)
def test_the_first_cell_of_a_vector_of_a_set_that_is_no_weight_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], layout: Layout, array: Array, sizes: Sizes
) -> None:
    export = random_export(tmp_path, sizes)
    folder = convert(tmp_path, export, "--to", layout.key)
    file = folder / f"{array.name}.csv"
    line, *rest = file.read_text().splitlines()
    weights = line.split(",")
    file.write_text("\n".join([",".join(["O.5", *weights[1:]]), *rest, ""]))
    (folder / "weights.csv").unlink(missing_ok=True)
    command = ["check", export.kernel.name, export.bias.name, str(folder), "--to", layout.key]
    command += ["--input-size", str(sizes.input_size), "--hidden-size", str(sizes.hidden_size)]
    capsys.readouterr()
    assert main(command) == 2
    count = len(weights) * (len(rest) + 1)
    without = f", and without it there are {count - 1} of {count} values" if 1 in (len(weights), len(rest) + 1) else ""
    assert f"line 1, column 1 (A1): 'O.5' is not a number{without}; expected" in capsys.readouterr().err
