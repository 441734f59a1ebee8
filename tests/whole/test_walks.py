"""The walks of tests/README.md, walked again, and a test for each promise that they number."""

import csv
import hashlib
import json
import math
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from io import StringIO
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from openpyxl.utils.cell import coordinate_to_tuple

import csvlstm
from csvlstm.commands.cli import main
from tests import children
from tests.spreadsheets import in_ironcalc

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "tests" / "README.md"
README = ROOT / "README.md"
SUNSPOTS = ROOT / "sample_data" / "sunspots"
LAYERS = str(SUNSPOTS / "layers.csv")
CELL = [str(SUNSPOTS / f"cell_0_{part}.csv") for part in ("kernel", "bias")]
SIZES = ["--input-size=3", "--hidden-size=5"]

WALKS = {
    text.partition("\n")[0]: text
    for text in re.split(
        r"^### ", PAGE.read_text().partition("## Four walks")[2].partition("\n## ")[0], flags=re.MULTILINE
    )[1:]
}
NEEDED = {"engineer": ["keras", "jax", "torch"], "pipeline": ["make", "jq"], "notebook": ["mypy"], "auditor": []}
"""What a walk needs beside csvlstm: modules and programs."""


def prepare(walk: str, folder: Path) -> None:
    """Give a walk its files, and skip it where what it needs is not installed."""
    needed = next(names for word, names in NEEDED.items() if word in walk.partition("\n")[0])
    for name in needed:
        if find_spec(name) is None and shutil.which(name) is None:
            pytest.skip(f"{name} is not installed")
    shutil.copytree(ROOT / "sample_data", folder / "sample_data")
    # An editable install is no package to mypy, which would find it by itself where it is installed as users do.
    (folder / "mypy.ini").write_text(f"[mypy]\nmypy_path = {ROOT}\nfollow_imports = silent\n")
    for name, text in re.findall(r"```(?:python|make)\n# (\S+)\n(.*?)```", walk, re.DOTALL):
        (folder / name).write_text(text)


def shell(command: str, folder: Path) -> str:
    env = children.environment(KERAS_BACKEND="numpy")
    bash = ["bash", "-c", command]
    return children.run(bash, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout.decode()


@pytest.mark.parametrize(
    "title", [pytest.param(title, marks=[pytest.mark.mass] if "mypy" in title else []) for title in WALKS]
)
def test_a_walk_shows_what_its_commands_print(title: str, tmp_path: Path) -> None:
    prepare(WALKS[title], tmp_path)
    for console in re.findall(r"```console\n(.*?)```", WALKS[title], re.DOTALL):
        parts = re.split(r"^\$ (.*)\n", console, flags=re.MULTILINE)[1:]
        for command, shown in zip(parts[::2], parts[1::2], strict=True):
            assert shell(command, tmp_path) == shown, command


def test_each_promise_has_a_test() -> None:
    numbers = re.findall(r"^(\d+)\. ", "".join(WALKS.values()), re.MULTILINE)
    assert [int(number) for number in numbers] == list(range(1, len(numbers) + 1))
    assert {f"_{number}_" for number in numbers} == set(
        re.findall(r"def test_promise(_\d+_)", Path(__file__).read_text())
    )


def test_the_program_of_the_readme_runs_as_it_stands(tmp_path: Path) -> None:
    prepare(next(walk for title, walk in WALKS.items() if "auditor" in title), tmp_path)
    for name in ("keras", "jax"):
        if find_spec(name) is None:
            pytest.skip(f"{name} is not installed")
    programs = re.findall(r"```python\n(import keras\n.*?)```", README.read_text(), re.DOTALL)
    assert len(programs) == 1
    (tmp_path / "program.py").write_text(programs[0])
    shell("csvlstm convert --layers sample_data/sunspots/layers.csv -o network", tmp_path)
    assert shell("python program.py", tmp_path).split() == ["True", "True"]


def test_three_lines_of_numpy_load_a_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["convert", *CELL, *SIZES, "-q", "-o", "converted"]) == 0
    (lines,) = re.findall(r"```python\n(axes = .*?)layer\.set_weights\(weights\)\n```", README.read_text(), re.DOTALL)
    names: dict[str, object] = {"np": np}
    exec(lines, names)
    weights = names["weights"]
    assert isinstance(weights, list)
    for found, expected in zip(weights, csvlstm.read_weights("converted", "float64"), strict=True):
        assert np.array_equal(found, expected)


def test_promise_1_each_command_ends_with_what_comes_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exported = tmp_path / "exported"
    for command in (
        ["export", str(SUNSPOTS / "trained"), "-o", str(exported)],
        ["inspect", *CELL],
        ["inspect", "--layers", LAYERS],
    ):
        assert main(command) == 0
        assert "".join(capsys.readouterr()).splitlines()[-1].startswith("next: csvlstm convert ")
    assert main(["convert", "--layers", str(exported / "layers.csv"), "-o", str(tmp_path / "keras")]) == 0
    assert f"csvlstm.read_weights('{tmp_path}/keras') gives them" in capsys.readouterr().err.splitlines()[-1]


def test_promise_2_both_frameworks_give_what_tensorflow_gave() -> None:
    (walk,) = (text for title, text in WALKS.items() if "engineer" in title)
    assert "$ python predict.py\nKeras: True\nPyTorch: True\n" in walk
    assert walk.count("< 1e-6") == 2


def test_promise_3_tensorflow_is_needed_nowhere(tmp_path: Path) -> None:
    script = (
        "import sys; sys.modules['tensorflow'] = None; from csvlstm.commands.cli import main\n"
        f"assert main(['export', {str(SUNSPOTS / 'trained')!r}, '-q', '-o', 'exported']) == 0\n"
        "assert main(['convert', '--layers', 'exported/layers.csv', '-q', '-o', 'keras']) == 0"
    )
    children.run(
        [sys.executable, "-c", script], cwd=tmp_path, check=True, env=children.environment(PYTHONPATH=str(ROOT))
    )


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """Make the networks of the walk of a pipeline."""
    prepare(next(walk for title, walk in WALKS.items() if "pipeline" in title), tmp_path)
    for name in "ab":
        shutil.copytree(SUNSPOTS, tmp_path / "networks" / name)
    assert shell("make -s", tmp_path) == ""
    return tmp_path


def test_promise_4_make_converts_what_is_older_than_its_table(made: Path) -> None:
    assert shell("make -n", made) == "make: Nothing to be done for 'all'.\n"
    for name, moved in (("a", 100), ("b", -100)):
        time = (made / "networks" / name / "layers.csv").stat().st_mtime + moved
        os.utime(made / "networks" / name / "keras", (time, time))
    assert shell("make -n", made) == "csvlstm convert -q --force --layers networks/b/layers.csv -o networks/b/keras\n"


def test_promise_5_a_conversion_that_fails_leaves_no_target(made: Path) -> None:
    folder = made / "networks" / "b"
    shutil.rmtree(folder / "keras")
    right = (folder / "cell_1_bias.csv").read_bytes()
    (folder / "cell_1_bias.csv").write_text("x")
    assert "Error 2" in shell("make -s", made)
    assert not (folder / "keras").exists()
    (folder / "cell_1_bias.csv").write_bytes(right)
    assert shell("make -s", made) == ""
    assert (folder / "keras" / "weights.csv").exists()


def test_promise_6_an_object_is_one_line_also_of_a_refusal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = str(tmp_path / "keras")
    for code, command in {
        0: ["convert", *CELL, *SIZES, "-o", made, "--json"],
        1: ["check", *CELL, made, *SIZES, "--forget-bias=2", "--json"],
        2: ["check", CELL[0], "gone.csv", made, *SIZES, "--json"],
    }.items():
        assert main([*command, "-q"]) == code
        out = capsys.readouterr().out
        assert (out.count("\n"), out[-1]) == (1, "\n")
        assert json.loads(out)["command"] == command[0]


def test_promise_7_xargs_tells_that_one_of_many_is_not_equivalent(tmp_path: Path) -> None:
    for name, forget_bias in (("a", "1"), ("b", "2"), ("c", "1")):
        assert main(["convert", *CELL, *SIZES, "--forget-bias", forget_bias, "-q", "-o", str(tmp_path / name)]) == 0
    files = " ".join([*CELL, "{}", *SIZES])
    said = shell(
        f"printf 'a\\nb\\nc\\n' | xargs -I{{}} csvlstm check -q --json {files}; echo $?", tmp_path
    ).splitlines()
    assert [json.loads(line)["verdict"] for line in said[:-1]] == ["identical", "different", "identical"]
    assert said[-1] == "123"


def test_promise_8_quiet_leaves_warnings_and_refusals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = str(tmp_path / "keras")
    for command in (["convert", *CELL, *SIZES, "-o", made], ["check", *CELL, made, *SIZES], ["inspect", *CELL]):
        assert main([*command, "-q"]) == 0
        assert capsys.readouterr() == ("", "")
    assert main(["audit", *CELL, made, *SIZES, "-q", "-o", str(tmp_path / "audit.csv")]) == 0
    assert main(["layers", *CELL, "-q", "-o", str(tmp_path / "layers.csv")]) == 0
    assert capsys.readouterr() == ("", "")
    assert main(["inspect", "gone.csv", "-q"]) == 2
    assert capsys.readouterr().err.startswith("csvlstm: gone.csv: cannot be read")


def audit_rows(folder: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    """Convert the sample, audit it, and give the rows of the table."""
    made = str(folder / "keras")
    assert main(["convert", *CELL, *SIZES, "-q", "-o", made]) == 0
    assert main(["audit", *CELL, made, *SIZES, "--csv", "-q"]) == 0
    return list(csv.DictReader(StringIO(capsys.readouterr().out)))


def block(path: str, address: str) -> list[str]:
    """Cut a block out of a CSV by its range, without any code of ours."""
    first, last = (coordinate_to_tuple(cell) for cell in address.split(":"))
    lines = Path(path).read_text().splitlines()[first[0] - 1 : last[0]]
    return [cell for line in lines for cell in line.split(",")[first[1] - 1 : last[1]]]


def test_promise_9_each_row_can_be_recomputed_by_hand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = audit_rows(tmp_path, capsys)
    assert len(rows) == 12
    for row in rows:
        source, target = (block(row[f"{side}_file"], row[f"{side}_range"]) for side in ("source", "target"))
        if row["part"] != "bias":
            assert source == target
        assert len(target) == int(row["cells"])
        assert math.fsum(map(float, source)) == float(row["source_sum"])
        assert math.fsum(map(float, target)) == float(row["target_sum"])


def test_promise_10_the_sha_256_is_that_of_the_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for row in audit_rows(tmp_path, capsys):
        for side in ("source", "target"):
            assert hashlib.sha256(Path(row[f"{side}_file"]).read_bytes()).hexdigest() == row[f"{side}_sha256"]


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    made, path = str(tmp_path / "keras"), tmp_path / "audit.xlsx"
    assert main(["convert", "--layers", LAYERS, "-q", "-o", made]) == 0
    assert main(["audit", "--layers", LAYERS, made, "-q", "-o", str(path)]) == 0
    return path


def test_promise_11_the_first_page_has_verdict_and_lines_to_sign_on_a4(workbook: Path) -> None:
    first = openpyxl.load_workbook(workbook).worksheets[0]
    texts = [str(cell.value) for row in first.iter_rows() for cell in row if cell.value is not None]
    for words in ("OVERALL", "Prepared by:", "Reviewed by:", "cell_0", "cell_1"):
        assert any(text.startswith(words) for text in texts), words
    assert first.page_setup.paperSize == 9
    assert in_ironcalc(workbook)[1][1] == "PASS"


def test_promise_12_a_changed_cell_fails_its_row_its_layer_and_the_network(workbook: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    book["cell_1 kernel"]["B2"].value = 9
    book.save(workbook)
    summary, touched, other = (in_ironcalc(workbook, sheet) for sheet in (0, 2, 1))
    assert (summary[1][1], touched[1][1], other[1][1]) == ("FAIL", "FAIL", "PASS")


@pytest.mark.mass
def test_promise_13_a_misspelt_name_or_option_is_an_error(tmp_path: Path) -> None:
    pytest.importorskip("mypy", reason="mypy is not installed")
    (tmp_path / "mypy.ini").write_text(f"[mypy]\nmypy_path = {ROOT}\nfollow_imports = silent\n")
    (tmp_path / "wrong.py").write_text(
        "import csvlstm\ncsvlstm.chekc\ncsvlstm.convert('k.csv', 'b.csv', hiden_size=5)\n"
        "csvlstm.convert('k.csv', 'b.csv', hidden_size=5).verdict.upper()\ncsvlstm.inspect('k.csv').nothing\n"
    )
    said = shell("mypy --strict wrong.py", tmp_path)
    assert {int(line) for line in re.findall(r"^wrong\.py:(\d+): error", said, re.MULTILINE)} == {2, 3, 5}


def test_promise_14_a_report_shows_its_table(capsys: pytest.CaptureFixture[str]) -> None:
    report = csvlstm.convert(*CELL, input_size=3, hidden_size=5)
    assert capsys.readouterr() == ("", "")
    assert report._repr_html_().count("<tr>") == 13


def test_promise_15_a_refusal_says_the_sentence_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    nan = str(ROOT / "sample_data" / "quirks" / "kernel_nan.csv")
    with pytest.raises(csvlstm.CsvLstmError) as error:
        csvlstm.convert(nan, CELL[1], input_size=3, hidden_size=5)
    assert main(["convert", nan, CELL[1], *SIZES, "--stdout", "bias"]) == 2
    assert capsys.readouterr().err == f"csvlstm: {error.value}\n"
    assert (error.value.file, error.value.address) == (nan, "G5")
