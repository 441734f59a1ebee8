"""What a recorded run says is the same on every processor, though the bits that are computed are not."""

import json
import sys
from pathlib import Path

import pytest

from csvlstm.commands.cli import main

from ..golden_runs import RUNS
from .processors import IS_X86, NAMES, ON_EACH, bits, bits_on, run_on

pytestmark = pytest.mark.skipif(not IS_X86, reason="imitates x86 processors")

SUNSPOTS = Path(__file__).parents[2] / "sample_data" / "sunspots"
RECORDED = ["--recorded-inputs", str(SUNSPOTS / "inputs.csv"), "--recorded-outputs", str(SUNSPOTS / "cell_1_h.csv")]
FEW = ["LSTMCell_D1_H1_forget1", "LSTMCell_D4_H8_forget1", "LSTMCell_D16_H100_forget1"]


def test_the_imitations_compute_other_bits() -> None:
    assert len({bits().strip(), *(bits_on(name).strip() for name in NAMES)}) > 1


def told(printed: str) -> tuple[list[str], object]:
    """Take the summary and the recorded run of the JSON report apart; the other figures are those of a processor."""
    lines = printed.splitlines()
    (report,) = (line for line in lines if line.startswith("{"))
    return [line for line in lines if line != report], json.loads(report)["recorded_run"]


@ON_EACH
@pytest.mark.parametrize("forget_bias", ["1", "0.99"])
def test_a_recorded_run_is_told_in_the_same_words(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], processor: str, forget_bias: str
) -> None:
    network = ["--layers", str(SUNSPOTS / "layers.csv"), "--forget-bias", forget_bias]
    assert main(["convert", *network, "-q", "-o", str(tmp_path / "keras")]) == 0
    check = ["check", *network, str(tmp_path / "keras"), *RECORDED, "--json"]
    main(check)
    here = told("".join(capfd.readouterr()))
    assert any("297 of 297 steps shown" in line for line in here[0])
    assert told(run_on(processor, [sys.executable, "-m", "csvlstm", *check])) == here


@ON_EACH
def test_the_table_of_the_golden_runs_is_the_same(processor: str) -> None:
    from ..verdict.recordings import table

    few = [run for run in RUNS if run.name in FEW]
    code = "from tests.golden_runs import RUNS; from tests.verdict.recordings import table; "
    code += f"print(*table([run for run in RUNS if run.name in {FEW}]), sep='\\n')"
    assert run_on(processor, [sys.executable, "-c", code]).splitlines() == list(table(few))
