"""Numbers that are there twice, and a forget bias that was added before: said, and never of undamaged files."""

import json
from pathlib import Path

import numpy as np
import pytest

from csvlstm.commands.cli import main
from csvlstm.layouts.entries import TF1
from csvlstm.layouts.gates import Sizes
from csvlstm.numbers.copies import Seen, repeated_rows
from csvlstm.numbers.damage import warnings_of
from csvlstm.numbers.twice_added import mean_of_added
from csvlstm.reading.tables import WeightSet, read_pair
from tests.accidents import FORMATS, OF_SMALLER_FLOATS, SIZES, WEIGHTS, drawn, printed
from tests.golden_recordings import RECORDINGS, Recording, each

FORMS = {name: form for name, form in FORMATS.items() if name not in OF_SMALLER_FLOATS}
SHAPE = Sizes(3, 5)


def written(folder: Path, kernel: np.ndarray, bias: np.ndarray, name: str = "", form: str = "%.9g") -> WeightSet:
    for part, values in (("k", kernel), ("b", bias.reshape(1, -1))):
        rows = printed(np.asarray(values, np.float64), FORMS[form])
        (folder / f"{name}{part}.csv").write_text("".join(",".join(row) + "\n" for row in rows))
    sizes = Sizes(len(kernel) - kernel.shape[1] // 4, kernel.shape[1] // 4)
    return read_pair(str(folder / f"{name}k.csv"), str(folder / f"{name}b.csv"), sizes)


def said(folder: Path, export: WeightSet, forget_bias: float = 1.0, seen: Seen | None = None) -> list[str]:
    return [str(one).replace(f"{folder}/", "") for one in warnings_of(export, forget_bias, seen or Seen())]


@pytest.mark.parametrize("rows", [[0, 1, 2, 3, 0, 1, 2, 3], [0, 1, 2, 3, 4, 5, 6, 2]], ids=["stacked", "pasted"])
def test_rows_that_repeat_others_are_counted_and_the_first_is_named(tmp_path: Path, rows: list[int]) -> None:
    kernel, bias = drawn(SHAPE, 0.3, seed=1)
    first = next(at for at, row in enumerate(rows) if rows.index(row) < at)
    count = len(rows) - len(set(rows))
    words = "1 row repeats" if count == 1 else f"{count} rows repeat"
    assert said(tmp_path, written(tmp_path, kernel[rows], bias)) == [
        f"k.csv: line {first + 1}, column 1 (A{first + 1}): {words} the numbers of others; the first has those from "
        f"A{rows[first] + 1} on; was an array stacked on itself, or pasted twice? export the weights again"
    ]


@pytest.mark.parametrize("weights", WEIGHTS)
def test_rows_that_are_alike_by_nature_are_no_copies(weights: str) -> None:
    for sizes in SIZES:
        for seed in range(20):
            assert repeated_rows(WEIGHTS[weights](drawn(sizes, 0.3, seed)[0])) is None


def test_pruned_rows_are_no_copies() -> None:
    values = drawn(Sizes(40, 32), 0.3, seed=1)[0]
    values[::2] = 0.0
    assert repeated_rows(values) is None


def keras_like(hidden_size: int, seed: int, mean: float = 1.05, spread: float = 0.04) -> np.ndarray:
    draw = np.random.default_rng(seed)
    i, j, o = (0.1 * draw.standard_normal(hidden_size) for _ in range(3))
    return np.concatenate([i, j, mean + spread * draw.standard_normal(hidden_size), o])


def test_a_bias_that_may_hold_the_forget_bias_is_said_where_one_is_added(tmp_path: Path) -> None:
    export = written(tmp_path, drawn(SHAPE, 0.3, seed=1)[0], keras_like(5, seed=2))
    (words,) = said(tmp_path, export)
    assert words.startswith("b.csv: line 1, column 11 (K1): the forget gate's bias averages 1.0")
    assert words.endswith(
        "as if the forget bias was in it, and would be added twice; if the export added it, declare the forget bias 0; "
        "a recorded run shows which is right"
    )
    assert said(tmp_path, export, forget_bias=0.0) == []


@pytest.mark.parametrize(
    "bias",
    [np.ones(20), keras_like(5, 2, mean=0.9), keras_like(5, 2, mean=1.3), keras_like(5, 2, spread=0.5), np.zeros(20)],
)
def test_a_bias_without_that_mark_is_not_accused(bias: np.ndarray) -> None:
    assert mean_of_added({gate: numbers[0] for gate, numbers in TF1.array("bias").by_gate(bias[None]).items()}) is None


@pytest.mark.parametrize("form", FORMS)
@each(RECORDINGS)
def test_no_recorded_cell_is_warned_of_in_any_format(tmp_path: Path, recording: Recording, form: str) -> None:
    seen = Seen()
    for number, cell in enumerate(recording.cells):
        export = written(tmp_path, cell.kernel, cell.bias, str(number), form)
        taken = [one for one in warnings_of(export, recording.forget_bias, seen) if form != "15 digits"]
        assert taken == []


def network(folder: Path, rows: list[str]) -> list[str]:
    for name, seed in (("a", 1), ("b", 2), ("same", 1)):
        kernel, bias = (values.astype(np.float32) for values in drawn(Sizes(5, 5), 0.3, seed))
        written(folder, kernel, bias, name)
    head = "layer,kernel,bias,input_size,hidden_size\n"
    (folder / "layers.csv").write_text(head + "".join(f"{row},5,5\n" for row in rows))
    return ["convert", "--layers", str(folder / "layers.csv"), "-o", str(folder / "converted"), "--json"]


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ("l1,ak.csv,bb.csv", "ak.csv: is the kernel of two cells"),
        ("l1,bk.csv,ab.csv", "ab.csv: is the bias of two cells"),
        ("l1,samek.csv,bb.csv", "samek.csv: holds the numbers of ak.csv, the kernel of another cell"),
        ("l1,bk.csv,sameb.csv", "sameb.csv: holds the numbers of ab.csv, the bias of another cell"),
        ("l1,bk.csv,bb.csv", ""),
    ],
)
def test_cells_of_the_same_files_or_numbers_are_said_and_refused_if_strict(
    tmp_path: Path, second: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = network(tmp_path, ["l0,ak.csv,ab.csv", second])
    assert main(command) == 0
    sentences = [one["sentence"] for one in json.loads(capsys.readouterr().out)["warnings"]]
    advice = "does the table of layers name the files of each cell?"
    assert [one.replace(f"{tmp_path}/", "") for one in sentences] == ([f"{words}; {advice}"] if words else [])
    assert main([*command, "--force", "--strict"]) == (2 if words else 0)


def test_biases_of_zeros_are_no_twins(tmp_path: Path) -> None:
    seen = Seen()
    for seed in (1, 2):
        export = written(tmp_path, drawn(SHAPE, 0.3, seed)[0], np.zeros(20), str(seed))
        assert said(tmp_path, export, seen=seen) == []


def test_a_float_type_is_recognised_and_judged_by_its_own_digits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("float16", "bfloat16"):
        kernel, bias = (WEIGHTS[name](values) for values in drawn(Sizes(24, 16), 0.3, seed=4))
        written(tmp_path, kernel, bias, name)
        paths = [str(tmp_path / f"{name}{part}.csv") for part in "kb"]
        assert main(["inspect", *paths]) == 0
        printed_words = capsys.readouterr()
        assert f", all {name}, from" in printed_words.out + printed_words.err
        assert "warning" not in printed_words.err
    rows = printed(WEIGHTS["float16"](drawn(Sizes(24, 16), 0.3, seed=4)[0]), lambda number: f"{number:.4f}")
    (tmp_path / "few.csv").write_text("".join(",".join(row) + "\n" for row in rows))
    assert main(["inspect", str(tmp_path / "few.csv"), str(tmp_path / "float16b.csv")]) == 0
    assert "at most 4 decimals, fewer than float16 needs" in capsys.readouterr().err
