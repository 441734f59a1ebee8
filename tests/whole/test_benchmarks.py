"""The benchmark: all programs that it compares do the same job, and the steps that it times are there."""

import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

from tests import children
from tests.benchmarks import steps
from tests.benchmarks.checkpoints import save
from tests.benchmarks.layers import Layer, write_layer, write_otherwise
from tests.benchmarks.measuring import Measured, measure
from tests.benchmarks.processes import Took, time_of
from tests.benchmarks.programs import convert, export, others
from tests.benchmarks.programs import read as read_checkpoint
from tests.exports import PARTS


@pytest.fixture
def layer(tmp_path: Path) -> Layer:
    return write_layer(tmp_path, 3, 5)


def run(command: list[str | Path]) -> None:
    children.run(command, check=True)


def read(folder: Path) -> list[np.ndarray]:
    return [np.loadtxt(folder / f"{part}.csv", delimiter=",", ndmin=2) for part in PARTS]


def test_every_program_converts_to_the_same_numbers_as_often_as_asked(layer: Layer, tmp_path: Path) -> None:
    run(convert(layer)(tmp_path / "csvlstm"))
    expected = read(tmp_path / "csvlstm")
    programs = others(layer, "no-such-interpreter", times=2)
    assert {"numpy", "pandas", "cut and paste"} <= programs.keys()
    for name, program in programs.items():
        folder = tmp_path / name
        folder.mkdir()
        run(program(folder))
        for number in ("0", "1"):
            for ours, its in zip(expected, read(folder / number), strict=True):
                np.testing.assert_allclose(its, ours, rtol=1e-8, err_msg=name)


def test_a_set_written_otherwise_is_the_same_numbers_in_another_text(layer: Layer, tmp_path: Path) -> None:
    run(convert(layer)(tmp_path / "csvlstm"))
    other = write_otherwise(tmp_path / "csvlstm")
    for ours, its in zip(read(tmp_path / "csvlstm"), read(other), strict=True):
        assert its.tobytes() == ours.tobytes()
    assert (other / "kernel.csv").read_bytes() != (tmp_path / "csvlstm" / "kernel.csv").read_bytes()


@pytest.mark.parametrize("form", ["V2", "V1"])
def test_a_checkpoint_of_both_formats_is_read_and_exported(tmp_path: Path, form: str) -> None:
    saved = save(tmp_path, form, 3, 5)
    run(read_checkpoint(saved)(tmp_path))
    run(export(saved)(tmp_path / "exported"))
    assert len(list((tmp_path / "exported").iterdir())) == 5


def test_every_run_has_a_new_folder_that_stays_and_is_emptied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    script = 'mkdir "$0/layer" && echo 0.5 > "$0/layer/kernel.csv"'
    measured = measure({"sh": lambda output: ["sh", "-c", script, output]}, rounds=2)
    assert len(measured["sh"].rounds) == 2
    assert [file.read_bytes() for file in tmp_path.glob("*/layer/kernel.csv")] == [b""] * 3


def test_the_time_on_all_processors_is_that_of_the_work_and_not_of_waiting() -> None:
    waiting, working = time_of(["sleep", "0.3"]), time_of([sys.executable, "-c", "sum(range(10**7))"])
    assert waiting.elapsed >= 0.3 > 10 * waiting.processor
    assert working.processor > 0.05


def test_the_share_of_another_program_is_taken_round_by_round() -> None:
    ours, theirs = Measured([Took(1, 2), Took(3, 3), Took(2, 9)], 1), Measured([Took(2, 2), Took(3, 2), Took(8, 3)], 1)
    assert ours.share_of(theirs) == (0.5, 1.5)
    assert ours.median == (2, 3)


def test_every_step_of_a_conversion_is_timed(layer: Layer, tmp_path: Path) -> None:
    found = steps.measure_steps(layer, tmp_path / "output")
    assert found.keys() == {steps.START, steps.IMPORTS, *steps.STEPS, steps.END}
    begins = [found[step].begins for step in (steps.START, steps.IMPORTS, *steps.STEPS, steps.END)]
    assert begins == sorted(begins)
    assert all(step.seconds > 0 for step in found.values())
    assert sorted(path.name for path in (tmp_path / "output").iterdir()) == sorted(f"{part}.csv" for part in PARTS)


@pytest.mark.parametrize("step", [steps.IMPORTS, *steps.STEPS])
def test_every_limit_can_be_measured(layer: Layer, tmp_path: Path, step: str) -> None:
    limit = steps.limit_of(step, layer, tmp_path)
    assert limit is None or limit[1] > 0
