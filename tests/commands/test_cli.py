"""The contract that scripts rely on: exit codes, streams, files, and messages of one line."""

import csv
import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from csvlstm import __version__
from csvlstm.commands import cli as commands
from tests import children
from tests.exports import turned_round

SAMPLES = Path(__file__).parent.parent.parent / "sample_data"
KERNEL = str(SAMPLES / "sunspots" / "cell_0_kernel.csv")
BIAS = str(SAMPLES / "sunspots" / "cell_0_bias.csv")
SIZES = ["--input-size", "3", "--hidden-size", "5"]
FILES = ["bias.csv", "kernel.csv", "recurrent_kernel.csv"]


def csvlstm(*arguments: str | Path, stdin: bytes = b"", cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    """Run the program as a shell does; in a process of its own where it has standard input or a working directory."""
    return children.csvlstm(*arguments, input=stdin, cwd=cwd) if stdin or cwd else children.in_this_process(*arguments)


def convert(*arguments: str | Path, **how: object) -> subprocess.CompletedProcess[bytes]:
    return csvlstm("convert", *arguments, *SIZES, **how)  # type: ignore[arg-type]


def assert_refused(run: subprocess.CompletedProcess[bytes], message: str) -> None:
    assert (run.returncode, run.stdout) == (2, b"")
    assert re.fullmatch(r"csvlstm: [^\n]+\n", run.stderr.decode())
    assert message in run.stderr.decode()


def test_convert_writes_three_files_and_says_so_on_standard_error(tmp_path: Path) -> None:
    run = convert(KERNEL, BIAS, "-o", tmp_path / "keras")
    assert (run.returncode, run.stdout) == (0, b"")
    assert sorted(os.listdir(tmp_path / "keras")) == FILES
    assert os.listdir(tmp_path) == ["keras"]
    assert run.stderr.decode().splitlines() == [
        "identical: 0 of 180 cells differ in 12 blocks, forget bias 1.0 added to 5 of them",
        "behaviour: both cells agree to rounding over 20 steps",
        f"wrote {', '.join(f'{tmp_path}/keras/{part}.csv' for part in ('kernel', 'recurrent_kernel', 'bias'))}",
        "Keras: layer.set_weights of the arrays kernel, recurrent_kernel and bias; "
        f"csvlstm.read_weights('{tmp_path}/keras') gives them",
    ]


@pytest.mark.parametrize(
    "command", [["check"], ["audit", "-o", "audit.csv", "--force"], ["check", "--layers", "one.csv"]], ids=" ".join
)
def test_one_of_a_kind_is_said_in_the_singular(tmp_path: Path, command: list[str]) -> None:
    for name in ("kernel_D1_H1.csv", "bias_D1_H1.csv"):
        shutil.copy(SAMPLES / "quirks" / name, tmp_path)
    shutil.copytree(SAMPLES / "quirks" / "converted_D1_H1", tmp_path / "keras" / "one")
    (tmp_path / "one.csv").write_text(
        "layer,kernel,bias,input_size,hidden_size\none,kernel_D1_H1.csv,bias_D1_H1.csv,1,1\n"
    )
    (tmp_path / "keras" / "one" / "kernel.csv").write_text("0.7\n")
    sizes = ["kernel_D1_H1.csv", "bias_D1_H1.csv", "keras/one", "--input-size", "1", "--hidden-size", "1"]
    run = csvlstm(*command, *(["keras"] if "--layers" in command else sizes), cwd=tmp_path)
    assert run.returncode == 1
    said = (run.stdout + run.stderr).decode()
    assert re.search(r"\b1 (LSTM )?cell\b", said)
    assert not re.search(r"(?<!x )\b1 (x 1 )?(LSTM )?(cells|digits|decimals|values|steps|layers|rows)\b", said)


def test_quiet_says_nothing(tmp_path: Path) -> None:
    run = convert(KERNEL, BIAS, "-q", "-o", tmp_path / "keras")
    assert (run.returncode, run.stdout, run.stderr) == (0, b"", b"")


def test_without_the_behaviour_check_the_summary_says_so(tmp_path: Path) -> None:
    run = convert(KERNEL, BIAS, "--no-check", "-o", tmp_path / "keras")
    assert b"behaviour not checked\n" in run.stderr


@pytest.mark.parametrize("part", ["kernel", "recurrent_kernel", "bias"])
def test_stdout_prints_the_same_text_as_the_file(tmp_path: Path, part: str) -> None:
    convert(KERNEL, BIAS, "-o", tmp_path / "keras")
    run = convert(KERNEL, BIAS, "--stdout", part, "-q")
    assert (run.returncode, run.stdout, run.stderr) == (0, (tmp_path / "keras" / f"{part}.csv").read_bytes(), b"")


def test_json_has_the_names_of_the_contract(tmp_path: Path) -> None:
    result = json.loads(convert(KERNEL, BIAS, "--json", "-q", "-o", tmp_path / "keras").stdout)
    assert list(result) == [
        "command", "version", "verdict", "equivalent", "source", "target", "forget_bias", "layers", "findings",
        "recorded_run", "recognised", "warnings",
    ]  # fmt: skip
    assert [result[name] for name in ("command", "version", "verdict", "equivalent", "forget_bias")] == [
        "convert", __version__, "identical", True, 1.0
    ]  # fmt: skip
    (layer,) = result["layers"]
    assert list(layer) == [
        "layer", "direction", "input_size", "hidden_size", "forget_bias", "verdict", "max_difference", "blocks",
        "findings",
    ]  # fmt: skip
    assert 0 <= layer["max_difference"] < 1e-15
    assert len(layer["blocks"]) == 12
    assert list(layer["blocks"][0]) == [
        "part", "gate", "source_file", "source_range", "target_file", "target_range", "cells", "differing",
        "max_difference", "first_source", "first_target", "verdict",
    ]  # fmt: skip


@pytest.mark.parametrize("position", [0, 1], ids=["kernel", "bias"])
def test_one_file_may_be_standard_input(position: int) -> None:
    files = [KERNEL, BIAS]
    piped = Path(files[position]).read_bytes()
    files[position] = "-"
    direct = convert(KERNEL, BIAS, "--stdout", "bias", "-q")
    assert convert(*files, "--stdout", "bias", "-q", stdin=piped).stdout == direct.stdout
    assert convert(*files, "--stdout", "bias", "-q", stdin=gzip.compress(piped)).stdout == direct.stdout


def test_both_files_from_standard_input_are_refused() -> None:
    assert_refused(convert("-", "-", "--stdout", "bias"), "KERNEL and BIAS are both -; expected one file at most")


def test_what_prints_on_standard_output_twice_is_refused() -> None:
    assert_refused(convert(KERNEL, BIAS, "--stdout", "bias", "--json"), "--json and --stdout both print on standard")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["convert", KERNEL, BIAS, "--hidden-size", "5", "-o", "x"], "--input-size is not declared; expected the "),
        (["convert", KERNEL, BIAS, *SIZES], "one of the arguments -o/--output --stdout is required"),
        (["convert", KERNEL, BIAS, "--input-size", "0", "--hidden-size", "5", "-o", "x"], "'0' is no size"),
        (
            ["convert", KERNEL, BIAS, "--input-size", "3000000000", "--hidden-size", "5", "-o", "x"],
            "'3000000000' is no size; expected a whole number from 1 to 2147483647",
        ),
        (["convert", KERNEL, BIAS, "--input-size", "3", "--hidden-size", "-5", "-o", "x"], "'-5' is no size"),
        (["convert", KERNEL, BIAS, *SIZES, "--forget-bias", "nan", "-o", "x"], "'nan' is no finite number"),
        (["convert", KERNEL, BIAS, *SIZES, "--delimiter", "1", "-o", "x"], "'1' separates no cells"),
        (["convert", KERNEL, BIAS, *SIZES, "--delimiter", ",,", "-o", "x"], "',,' separates no cells"),
        (["convert", KERNEL, BIAS, *SIZES, "--delimiter", "\x1f", "-o", "x"], "'\\x1f' separates no cells"),
        (["convert", KERNEL, BIAS, *SIZES, "--decimal", ";", "-o", "x"], "';' is no decimal sign"),
        (["convert", KERNEL, BIAS, *SIZES, "--stdout", "weights"], "'weights' is no file of Keras; expected one of"),
        (["transform"], "'transform' is no command; expected one of convert, check"),
        (["conver"], "'conver' is no command (did you mean convert?)"),
        (["convert", "--input_size", "3"], "--input_size is no option of convert (did you mean --input-size?)"),
        (["convert", KERNEL, "--rtol", "1", "-o", "x"], "--rtol is no option of convert; it is one of check"),
        (["convert", KERNEL, "-x", "-o", "x"], "-x is no option of convert; see csvlstm convert --help"),
        (["convert", KERNEL, "--to", "PyTroch", "-o", "x"], "'PyTroch' is no layout (did you mean pytorch?)"),
        (["convert", KERNEL, BIAS, *SIZES, "--stdout", "kernal"], "no file of Keras (did you mean kernel?)"),
        (["convert", KERNEL, BIAS, *SIZES, "-o", "-"], "-o - is no folder; expected --stdout NAME"),
        (["convert", *SIZES, "-o", "x"], "no files are given; expected the files of one cell, or --layers"),
    ],
)  # fmt: skip
def test_wrong_usage_is_refused_in_one_line(arguments: list[str], message: str, tmp_path: Path) -> None:
    run = csvlstm(*arguments, cwd=tmp_path)
    assert_refused(run, message)
    assert os.listdir(tmp_path) == []


def test_alone_it_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main([]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.findall(r"^    (\w+)", err, re.MULTILINE) == list(commands.COMMANDS)


def test_a_refusal_is_an_object_too_where_one_is_requested(capsys: pytest.CaptureFixture[str]) -> None:
    nan = str(SAMPLES / "quirks" / "kernel_nan.csv")
    assert commands.main(["convert", nan, BIAS, *SIZES, "--json", "-o", "x"]) == 2
    out, err = capsys.readouterr()
    said = json.loads(out)
    assert (said["command"], said["exit_code"], f"csvlstm: {said['sentence']}\n") == ("convert", 2, err)
    assert [said["error"][part] for part in ("file", "line", "column", "address")] == [nan, 5, 7, "G5"]
    assert commands.main(["convert", nan, BIAS, *SIZES, "--forget-bais", "1", "--json"]) == 2
    said = json.loads(capsys.readouterr().out)
    assert said["error"]["found"] == "--forget-bais is no option of convert (did you mean --forget-bias?)"
    assert said["error"]["file"] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            [],
            "kernel.csv and b.csv fit --input-size 3 --hidden-size 5 as TensorFlow 1; csvlstm inspect kernel.csv b.csv",
        ),
        (
            ["--input-size", "3"],
            "--hidden-size is not declared; expected the sizes that the cell was built with: kernel.csv",
        ),
        (
            ["--hidden-size", "4"],
            "--input-size is not declared, and kernel.csv and b.csv fit only --input-size 3 --hidden-s",
        ),
        (["--from", "haiku"], "could be: TensorFlow 1 (input size 3, hidden size 5), or"),
        (["--from", "pytorch"], "could be: TensorFlow 1 (input size 3, hidden size 5), or"),
    ],
)
def test_sizes_that_are_not_declared_are_named_and_not_taken(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    for path, name in ((KERNEL, "kernel.csv"), (BIAS, "b.csv")):
        shutil.copy(path, tmp_path / name)
    before = sorted(os.listdir(tmp_path))
    for command in (["convert", "kernel.csv", "b.csv", "-o", "x"], ["check", "kernel.csv", "b.csv", "x"]):
        assert_refused(csvlstm(*command, *arguments, cwd=tmp_path), message)
    assert sorted(os.listdir(tmp_path)) == before


@pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed")
@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("con", "convert"),
        ("convert --hid", "--hidden-size"),
        ("convert --to pyt", "pytorch"),
        ("check --rec", "--recorded-inputs"),
    ],
)
def test_bash_completes_what_is_typed(tmp_path: Path, words: str, completed: str) -> None:
    script = csvlstm("--print-completion", "bash").stdout.decode()
    assert re.search(r"complete .*-F (\w+) csvlstm", script)
    typed = ["csvlstm", *words.split()]
    ask = f"COMP_WORDS=({' '.join(typed)}); COMP_CWORD={len(typed) - 1}; _shtab_csvlstm; echo ${{COMPREPLY[@]}}"
    (tmp_path / "ask.sh").write_text(f"{script}\n{ask}\n")
    assert completed in children.run(["bash", tmp_path / "ask.sh"], cwd=tmp_path).stdout.decode().split()


def test_the_first_command_of_the_readme_may_be_typed_twice(tmp_path: Path) -> None:
    command = [KERNEL, BIAS, "-o", str(tmp_path / "keras")]
    first = convert(*command)
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "keras").iterdir()}
    again = convert(*command)
    assert (first.returncode, again.returncode) == (0, 0)
    assert again.stderr.decode() == first.stderr.decode().replace("wrote", "already there, and the same:")
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "keras").iterdir()} == times
    assert_refused(convert(*command, "--forget-bias", "0"), "kernel.csv: exists; expected no such file yet")


def test_a_refused_input_leaves_no_trace(tmp_path: Path) -> None:
    assert_refused(
        convert(SAMPLES / "quirks" / "kernel_nan.csv", BIAS, "-o", tmp_path / "keras"), "line 5, column 7 (G5)"
    )
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("delimiter", "mark", "decimal", "sign"),
    [
        ("semicolon", ";", "comma", ","),
        (";", ";", "point", "."),
        ("tab", "\t", ",", ","),
        ("blanks", "  ", "comma", ","),
        ("|", "|", ".", "."),
        ("comma", '","', "comma", ","),
    ],
)
def test_delimiter_and_decimal_say_how_both_files_are_read(
    tmp_path: Path, delimiter: str, mark: str, decimal: str, sign: str
) -> None:
    quote = '"' if '"' in mark else ""
    paths = [tmp_path / "kernel.txt", tmp_path / "bias.txt"]
    for path, plain in zip(paths, (KERNEL, BIAS), strict=True):
        lines = Path(plain).read_text().splitlines()
        rows = [mark.join(line.split(",")).replace(".", sign) for line in lines]
        path.write_text("".join(f"{quote}{row}{quote}\n" for row in rows))
    run = convert(*paths, "--delimiter", delimiter, "--decimal", decimal, "--stdout", "kernel")
    assert run.stdout == convert(KERNEL, BIAS, "--stdout", "kernel").stdout != b""


def test_existing_files_stay_without_force(tmp_path: Path) -> None:
    (tmp_path / "bias.csv").write_text("mine")
    assert_refused(
        convert(KERNEL, BIAS, "-o", tmp_path), "bias.csv: exists; expected no such file yet; choose another -o"
    )
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"bias.csv": "mine"}
    assert convert(KERNEL, BIAS, "-o", tmp_path, "--force").returncode == 0
    assert sorted(os.listdir(tmp_path)) == FILES


def test_an_input_is_not_overwritten_even_with_force(tmp_path: Path) -> None:
    exported = Path(KERNEL).read_bytes()
    (tmp_path / "kernel.csv").write_bytes(exported)
    run = convert("kernel.csv", BIAS, "-o", ".", "--force", cwd=tmp_path)
    assert_refused(run, "./kernel.csv: is an input, and no input is overwritten")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"kernel.csv": exported}


def test_an_input_by_redirection_is_not_overwritten_either(tmp_path: Path) -> None:
    (tmp_path / "kernel.csv").write_bytes(Path(KERNEL).read_bytes())
    command = [sys.executable, "-m", "csvlstm", "convert", "-", BIAS, *SIZES, "--force", "-o", str(tmp_path)]
    with open(tmp_path / "kernel.csv") as stdin:
        run = children.run(command, stdin=stdin)
    assert_refused(run, "kernel.csv: is an input")


def test_a_pipe_serves_as_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    script = (
        f"cat {KERNEL} > pipe & {sys.executable} -m csvlstm convert pipe {BIAS} {' '.join(SIZES)} --stdout kernel -q"
    )
    run = children.run(["sh", "-c", script], cwd=tmp_path)
    assert run.stdout == convert(KERNEL, BIAS, "--stdout", "kernel").stdout


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "SIGTERM"])
def test_an_interrupt_is_quiet_and_leaves_no_trace(tmp_path: Path, number: signal.Signals, code: int) -> None:
    os.mkfifo(tmp_path / "never_written")
    command = [sys.executable, "-m", "csvlstm", "convert", "never_written", BIAS, *SIZES, "-o", "keras"]
    run = children.start(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    # Opening the other end returns once the program waits for the kernel.
    with run, open(tmp_path / "never_written", "wb"):
        run.send_signal(number)
        assert run.communicate() == (b"", b"")
    assert run.returncode == code
    assert os.listdir(tmp_path) == ["never_written"]


def test_a_bug_is_one_line_and_shows_its_traceback_only_with_debug(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def bug(*asked: object) -> None:
        raise IndexError("out of range")

    monkeypatch.setattr("csvlstm.commands.convert.convert_in_memory", bug)
    arguments = ["convert", KERNEL, BIAS, *SIZES, "--stdout", "bias"]
    assert commands.main(arguments) == 3
    assert capsys.readouterr().err == (
        "csvlstm: a bug in csvlstm: IndexError: out of range; please report it, with what --debug shows\n"
    )
    assert commands.main([*arguments, "--debug"]) == 3
    assert "Traceback" in capsys.readouterr().err


def test_what_is_not_equivalent_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("csvlstm.commands.convert.convert_text", turned_round)
    assert commands.main(["convert", KERNEL, BIAS, *SIZES, "-o", str(tmp_path / "keras")]) == 1
    assert os.listdir(tmp_path) == []
    assert "different: 15 of 15 cells of kernel, gate f: " in capsys.readouterr().err


@pytest.fixture
def keras(tmp_path: Path) -> Path:
    assert convert(KERNEL, BIAS, "-q", "-o", tmp_path / "keras").returncode == 0
    return tmp_path / "keras"


def check(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    return csvlstm("check", KERNEL, BIAS, *arguments, *SIZES)


def test_check_accepts_what_convert_wrote(keras: Path) -> None:
    run = check(keras)
    assert (run.returncode, run.stderr) == (0, b"")
    assert run.stdout.decode().splitlines()[13].startswith("identical: 0 of 180 cells differ in 12 blocks")
    quiet = check(keras, "-q")
    assert (quiet.stdout, quiet.stderr, quiet.returncode) == (b"", b"", 0)


def test_check_names_a_mistake_and_exits_with_1(keras: Path) -> None:
    (keras / "bias.csv").write_bytes(Path(BIAS).read_bytes())
    run = check(keras, "--json")
    result = json.loads(run.stdout)
    assert (run.returncode, result["verdict"], result["equivalent"]) == (1, "different", False)
    (finding,) = result["layers"][0]["findings"]
    (mistakes,) = finding["alternatives"]
    assert finding["parts"] == ["bias"]
    assert [mistake["kind"] for mistake in mistakes] == ["forget_bias_missing", "gate_order:icfo"]
    assert run.stderr.decode().splitlines()[-1] == f"mistake {finding['sentence']}"


def test_check_prints_its_table_as_csv(keras: Path) -> None:
    rows = list(csv.DictReader(check(keras, "--csv", "-q").stdout.decode().splitlines()))
    assert len(rows) == 12
    assert {row["verdict"] for row in rows} == {"identical"}
    assert rows[1]["source_range"] == "K1:O3"
    assert rows[1]["target_range"] == "F1:J3"


def test_check_allows_a_difference_only_where_it_is_asked_for(keras: Path) -> None:
    rounded = re.sub(rb"(0\.\d{6})\d+", rb"\1", (keras / "bias.csv").read_bytes())
    (keras / "bias.csv").write_bytes(rounded)
    assert check(keras).returncode == 1
    run = check(keras, "--atol", "1e-5", "--json")
    assert (run.returncode, json.loads(run.stdout)["verdict"]) == (0, "within_tolerance")


def test_check_reads_a_set_of_other_shapes_as_different(keras: Path) -> None:
    (keras / "kernel.csv").write_text("1,2\n3,4\n")
    run = check(keras)
    assert run.returncode == 1
    assert b"in kernel.csv, 2 x 2 cells stand where 3 x 20 are expected" in run.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--json", "--csv"], "--json and --csv both print on standard output"),
        (["--recorded-inputs", "x.csv"], "half a recorded run; expected both --recorded-inputs and --recorded-outputs"),
        (["--atol", "-1"], "'-1' is negative"),
        (["--recorded-inputs", "x.csv", "--recorded-outputs", "y.csv"], "x.csv: cannot be read: no such file"),
    ],
)
def test_check_refuses_wrong_usage(keras: Path, arguments: list[str], message: str) -> None:
    assert_refused(check(keras, *arguments), message)


def test_check_refuses_a_set_that_is_not_there_or_holds_no_numbers(keras: Path) -> None:
    (keras / "bias.csv").write_text("1,2\n3,four\n")
    assert_refused(check(keras), "bias.csv: line 2, column 2 (B2): 'four' is not a number")
    (keras / "bias.csv").unlink()
    assert_refused(check(keras), "keras: has no bias.csv; there is kernel.csv, recurrent_kernel.csv")
    assert_refused(check(keras / "kernel.csv"), "cannot be read: not a directory; a file stands where a folder is")


@pytest.fixture
def cut(tmp_path: Path) -> list[str]:
    """Give a kernel that a spreadsheet cut, its bias and their sizes, as arguments."""
    bias = tmp_path / "b.csv"
    bias.write_text("".join(f"{number / 7!r}\n" for number in range(1, 65)))
    return [str(Path(__file__).parent.parent / "damaged" / "language_set.csv"), str(bias)]


CUT_SIZES = ["--input-size", "8", "--hidden-size", "16"]


def test_damage_is_warned_of_even_when_quiet(cut: list[str], tmp_path: Path) -> None:
    run = csvlstm("convert", *cut, *CUT_SIZES, "-q", "--json", "-o", tmp_path / "keras")
    (warning,) = json.loads(run.stdout)["warnings"]
    assert (run.returncode, run.stderr.decode()) == (0, f"csvlstm: warning: {warning['sentence']}\n")
    assert (warning["kind"], warning["cells"], warning["first"]) == ("cut", 3, "G1")
    assert warning["file"] == cut[0]
    assert warning["sentence"].startswith(f"{cut[0]}: line 1, column 7 (G1): 3 numbers have only 3 significant digits")
    checked = csvlstm("check", *cut, tmp_path / "keras", *CUT_SIZES, "-q", "--json")
    assert (checked.returncode, checked.stderr) == (0, run.stderr)
    assert json.loads(checked.stdout)["warnings"] == [warning]


def test_strict_refuses_damage_and_writes_nothing(cut: list[str], tmp_path: Path) -> None:
    message = "3 numbers have only 3 significant digits, cut by a spreadsheet; the first is '-4.45E-05'"
    assert_refused(csvlstm("convert", *cut, *CUT_SIZES, "--strict", "-o", tmp_path / "keras"), message)
    assert os.listdir(tmp_path) == ["b.csv"]
    csvlstm("convert", *cut, *CUT_SIZES, "-q", "-o", tmp_path / "keras")
    assert_refused(csvlstm("check", *cut, tmp_path / "keras", *CUT_SIZES, "--strict"), message)


def test_strict_accepts_what_is_not_damaged() -> None:
    run = convert(KERNEL, BIAS, "--strict", "-q", "--stdout", "bias")
    assert (run.returncode, run.stderr) == (0, b"")


def test_help_is_enough_to_use_it() -> None:
    shown = csvlstm("convert", "--help").stdout.decode()
    for word in (
        "--input-size",
        "--hidden-size",
        "--forget-bias",
        "CudnnLSTM",
        "--transposed",
        "examples:",
        "exit codes:",
    ):
        assert word in shown


def test_help_is_as_wide_as_the_terminal() -> None:
    def lines(columns: str) -> int:
        env = children.environment(COLUMNS=columns)
        return children.csvlstm("convert", "--help", env=env).stdout.count(b"\n")

    assert lines("50") > lines("80") > lines("200")


def test_version() -> None:
    run = csvlstm("--version")
    assert (run.returncode, run.stdout) == (0, f"csvlstm {__version__}\n".encode())
