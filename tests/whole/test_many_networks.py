"""Many networks by the Snakefile: an engine that is killed and starts again makes what single runs make."""

import csv
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from csvlstm.commands.cli import main
from tests import children
from tests.seeds import SEED

SNAKEFILE = Path(__file__).parent.parent.parent / "sample_data" / "Snakefile"
NETWORKS, KILLED_AFTER = 60, 12
SECONDS = 900

pytestmark = [
    pytest.mark.mass,
    pytest.mark.skipif(not shutil.which("snakemake"), reason="no Snakemake (pip install 'csvlstm[pipelines]')"),
]


def write_network(folder: Path, draw: np.random.Generator) -> None:
    """Write the table and the CSVs of a network of one to three layers."""
    folder.mkdir(parents=True)
    size, rows = int(draw.integers(1, 9)), ["layer,kernel,bias,input_size,hidden_size,forget_bias"]
    for number in range(draw.integers(1, 4)):
        units = int(draw.integers(1, 9))
        kernel = draw.standard_normal((size + units, 4 * units)).astype("f4")
        np.savetxt(folder / f"kernel_{number}.csv", kernel, delimiter=",", fmt="%.9g")
        np.savetxt(folder / f"bias_{number}.csv", draw.standard_normal(4 * units).astype("f4"), fmt="%.9g")
        rows.append(f"lstm_{number},kernel_{number}.csv,bias_{number}.csv,{size},{units},{draw.choice([0, 0.5, 1])}")
        size = units
    (folder / "layers.csv").write_text("\n".join(rows) + "\n")


def snakemake(*options: str) -> list[str | Path]:
    return ["snakemake", "-s", SNAKEFILE, "--config", "networks=networks", "--cores", "2", "--quiet", *options]


def kill_in_the_middle(folder: Path) -> None:
    """Start the engine, and kill it with all that it started as soon as some audits are there."""
    process = children.start(snakemake(), cwd=folder, start_new_session=True)
    deadline = time.monotonic() + children.SECONDS
    while len(list((folder / "audits").glob("*.csv"))) < KILLED_AFTER:
        assert process.poll() is None, "the engine ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def files_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Give the files below a folder; what a killed run left in hidden ones is no output."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not any(part.startswith(".") for part in name.split("/")):
            yield name, path.read_bytes()


def test_an_engine_that_was_killed_makes_what_single_runs_make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw, names = np.random.default_rng(SEED), [f"net {number:02}" for number in range(NETWORKS)]
    many, single = tmp_path / "many", tmp_path / "single"
    for name in names:
        write_network(many / "networks" / name, draw)
    shutil.copytree(many, single)
    monkeypatch.chdir(single)
    for folder in ("converted", "audits"):
        (single / folder).mkdir()
    for name in names:
        table, converted = f"networks/{name}/layers.csv", f"converted/{name}"
        assert main(["convert", "--layers", table, "-o", converted, "-q"]) == 0
        assert main(["audit", "--layers", table, converted, "-o", f"audits/{name}.csv", "-q"]) == 0
    kill_in_the_middle(many)
    whole = {folder: dict(files_in(single / folder)) for folder in ("converted", "audits")}
    # What is there is whole, also where the kill came in the middle of a conversion or an audit.
    for audited in (many / "audits").glob("*.csv"):
        assert audited.read_bytes() == whole["audits"][audited.name]
    for made in (many / "converted").glob("net *"):
        assert dict(files_in(made)) == dict(files_in(single / "converted" / made.name))
    assert not (many / "verdicts.csv").exists()
    children.run(snakemake("--unlock"), cwd=many, check=True)
    children.run(snakemake("--rerun-incomplete"), cwd=many, check=True, timeout=SECONDS)
    for folder, files in whole.items():
        assert dict(files_in(many / folder)) == files
    with open(many / "verdicts.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["network"], row["differing"], row["verdict"]) for row in rows] == [
        (name, "0", "identical") for name in names
    ]


def test_a_network_that_differs_is_in_the_table_and_one_that_changes_is_converted_again(tmp_path: Path) -> None:
    draw = np.random.default_rng(SEED)
    for name in ("one", "two"):
        write_network(tmp_path / "networks" / name, draw)
    children.run(snakemake(), cwd=tmp_path, check=True)
    # Somebody touches a converted set, and the table is asked for again.
    part = tmp_path / "converted" / "one" / "lstm_0" / "kernel.csv"
    first, comma, rest = part.read_text().partition(",")
    part.write_text(f"{float(first) + 1}{comma}{rest}")
    children.run(snakemake("--forcerun", "audit"), cwd=tmp_path, check=True)
    with open(tmp_path / "verdicts.csv", newline="") as file:
        assert [(row["network"], row["differing"], row["verdict"]) for row in csv.DictReader(file)] == [
            ("one", "1", "different"), ("two", "0", "identical")
        ]  # fmt: skip
    # A new bias in the export of a network makes it anew.
    bias = tmp_path / "networks" / "one" / "bias_0.csv"
    bias.write_text("0.5\n" + bias.read_text().partition("\n")[2])
    children.run(snakemake(), cwd=tmp_path, check=True)
    assert "different" not in (tmp_path / "verdicts.csv").read_text()
    assert (tmp_path / "converted" / "one" / "lstm_0" / "bias.csv").read_text().startswith("0.5\n")
