"""The commands as functions: what they take and give, that they agree with the program, and what they refuse."""

import inspect
import json
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import StringIO
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pandas as pd
import pytest

import csvlstm
from csvlstm import CsvLstmError, read_weights
from csvlstm.commands import arguments, calls
from csvlstm.commands.cli import actions_of, main
from csvlstm.layouts.entries import LAYOUTS
from csvlstm.progress import Advance, progress

SAMPLES = Path(__file__).parents[2] / "sample_data"
SUNSPOTS = SAMPLES / "sunspots"
CELL = str(SUNSPOTS / "cell_0_kernel.csv"), str(SUNSPOTS / "cell_0_bias.csv")
KERNEL, BIAS = (np.loadtxt(path, delimiter=",") for path in CELL)
WRONG = [KERNEL[:3], KERNEL[3:], BIAS]
LAYERS = str(SUNSPOTS / "layers.csv")
OFFERED = [key for key, layout in LAYOUTS.items() if layout.offered]
NAN = KERNEL.copy()
NAN[2, 3] = np.nan


def same(found: Any, expected: Any) -> bool:
    """Tell whether two sets of weights are the same arrays under the same keys."""
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[key], expected[key]) for key in expected)
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    return bool(found.dtype == expected.dtype and np.array_equal(found, expected))


@pytest.mark.parametrize("target", OFFERED)
def test_arrays_get_to_every_layout_and_back(target: str, tmp_path: Path) -> None:
    report = csvlstm.convert(*CELL, input_size=3, hidden_size=5, target=target, output=tmp_path / "made")
    assert report.equivalent
    assert same(report.weights, read_weights(tmp_path / "made"))
    of_arrays = csvlstm.convert(KERNEL.astype("f4"), BIAS.astype("f4"), target=target).weights
    assert same(of_arrays, report.weights)
    assert csvlstm.check(KERNEL, BIAS, csvlstm.convert(KERNEL, BIAS, target=target).weights, target=target).equivalent
    names = [array.name for array in LAYOUTS[target].arrays]
    given = report.weights if isinstance(report.weights, dict) else dict(zip(names, report.weights, strict=True))
    back = csvlstm.convert(given, source=target, target="tf1", target_forget_bias=1.0 if target == "haiku" else 0.0)
    assert back.equivalent
    assert np.allclose(back.weights["kernel"], KERNEL, rtol=1e-6)


@pytest.mark.parametrize("target", ["keras", "pytorch"])
def test_a_network_is_converted_with_and_without_a_folder(target: str, tmp_path: Path) -> None:
    table = tmp_path / "equal.csv"
    files = f"{CELL[0]},{CELL[1]}"
    table.write_text(f"layer,kernel,bias,input_size,hidden_size\na,{files},3,5\nb,{files},3,5\n")
    options: dict[str, Any] = {"layers": table, "independent": True, "target": target}
    written = csvlstm.convert(**options, output=tmp_path / "made")
    assert same(csvlstm.convert(**options).weights, written.weights)
    assert same(written.weights, read_weights(tmp_path / "made"))
    assert csvlstm.check(tmp_path / "made", **options).equivalent
    assert csvlstm.audit(tmp_path / "made", **options).equivalent


FORMS: dict[str, Callable[[Any], Any]] = {
    "float16": lambda array: array.astype("f2"),
    "bfloat16": lambda array: array.astype(ml_dtypes.bfloat16),
    "float32, big-endian": lambda array: array.astype(">f4"),
    "column by column": np.asfortranarray,
    "lists": lambda array: array.tolist(),
    "pandas": lambda array: pd.DataFrame(array) if array.ndim == 2 else pd.Series(array),
}


@pytest.mark.parametrize("form", FORMS)
def test_floats_of_every_kind_are_taken(form: str) -> None:
    given = [FORMS[form](array) for array in (KERNEL, BIAS)]
    kernel, recurrent_kernel, bias = csvlstm.convert(*given, dtype="f8", forget_bias=0).weights
    expected = np.asarray(given[0], "f8")
    order = np.r_[0:5, 10:15, 5:10, 15:20]
    assert np.array_equal(np.vstack([kernel, recurrent_kernel]), expected[:, order])
    assert np.array_equal(bias, np.asarray(given[1], "f8")[order])


def test_the_weights_have_the_type_of_the_arrays_and_of_files_that_of_keras() -> None:
    for dtype in ("f2", "f4", "f8"):
        assert {one.dtype for one in csvlstm.convert(KERNEL.astype(dtype), BIAS.astype(dtype)).weights} == {
            np.dtype(dtype)
        }
    assert {one.dtype for one in csvlstm.convert(*CELL, input_size=3, hidden_size=5).weights} == {np.dtype("f4")}


def sized(function: Callable[..., Any], *more: Any, **options: Any) -> Any:
    return function(*CELL, *more, **{"input_size": 3, "hidden_size": 5, **options})


def test_a_report_is_the_object_and_the_table_that_the_program_prints(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    sizes = ["--input-size=3", "--hidden-size=5"]
    made = str(tmp_path / "made")
    assert main(["convert", *CELL, *sizes, "-q", "-o", made]) == 0
    (tmp_path / "made" / "bias.csv").write_bytes(Path(CELL[1]).read_bytes())
    recorded = {
        f"recorded_{part}": str(SUNSPOTS / f"{name}.csv")
        for part, name in (("inputs", "inputs"), ("outputs", "cell_0_h"))
    }
    reports = {
        ("check", *CELL, made, *sizes, *(f"--{name.replace('_', '-')}={path}" for name, path in recorded.items())): (
            sized(csvlstm.check, made, **recorded)
        ),
        ("audit", *CELL, made, *sizes): sized(csvlstm.audit, made),
        ("inspect", *CELL): csvlstm.inspect(*CELL),
        ("inspect", *CELL, CELL[0]): csvlstm.inspect(*CELL, CELL[0]),
    }
    assert capfd.readouterr() == ("", "")
    for command, report in reports.items():
        main([*command, "-q", "--json"])
        assert json.loads(capfd.readouterr().out) == json.loads(json.dumps(report.to_dict()))
        assert repr(report).startswith(f"<csvlstm {command[0]}: ")
        assert "\n" not in repr(report)
        if len(command) != 4 or command[0] != "inspect":
            main([*command, "-q", "--csv"])
            printed = pd.read_csv(StringIO(capfd.readouterr().out))
            frame = report.to_frame()
            assert list(frame.columns) == list(printed.columns)
            assert len(frame) == len(printed)
            assert frame["cells"].tolist() == printed["cells"].tolist()
            assert report._repr_html_().count("<tr>") == len(frame) + 1


def test_names_in_the_html_of_a_report_are_text(tmp_path: Path) -> None:
    for name, path in zip(("<b>k.csv", "b.csv"), CELL, strict=True):
        (tmp_path / name).write_bytes(Path(path).read_bytes())
    report = csvlstm.convert(tmp_path / "<b>k.csv", tmp_path / "b.csv", input_size=3, hidden_size=5)
    assert "<b>" not in report._repr_html_()
    assert "&lt;b&gt;k.csv" in report._repr_html_()


def test_an_export_is_a_report_too(tmp_path: Path) -> None:
    report = csvlstm.export(SUNSPOTS / "trained", tmp_path / "exported")
    assert report.to_frame()["hidden_size"].tolist() == ["5", "4"]
    assert report.to_dict()["command"] == "export"
    assert repr(report) == f"<csvlstm export: 2 LSTM cells in {tmp_path}/exported/layers.csv>"
    assert csvlstm.convert(layers=tmp_path / "exported" / "layers.csv").equivalent


def test_an_export_in_any_dialect_becomes_arrays() -> None:
    for kernel, bias in (CELL, (str(SAMPLES / "quirks" / "kernel_flat_column.csv"), CELL[1])):
        read = csvlstm.read_export(kernel, bias)
        assert np.array_equal(read[0], KERNEL)
        assert np.array_equal(read[1], BIAS)
    with pytest.raises(CsvLstmError, match="are not declared"):
        csvlstm.read_export(CELL[0], str(SUNSPOTS / "cell_1_bias.csv"))


def test_nothing_is_printed_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    csvlstm.convert(KERNEL, BIAS)
    csvlstm.convert(KERNEL.round(2), BIAS)
    csvlstm.check(KERNEL, BIAS, WRONG)
    csvlstm.audit(KERNEL, BIAS, WRONG)
    csvlstm.inspect(KERNEL, BIAS)
    assert capfd.readouterr() == ("", "")
    assert os.listdir(tmp_path) == []
    assert csvlstm.convert(KERNEL.round(2), BIAS).warnings[0].kind == "rounded"


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "NaN": (
        lambda: csvlstm.convert(NAN, BIAS),
        "kernel: line 3, column 4 (D3): 'nan' is no weight; expected a number such as -0.5; was the training",
    ),
    "exchanged": (lambda: csvlstm.convert(BIAS, KERNEL), "arrays [1, 20], [8, 20] are of no one cell; expected kernel"),
    "None": (lambda: csvlstm.convert(KERNEL, None), "bias is None; expected a path, an array or a DataFrame"),  # type: ignore[arg-type]
    "alone": (
        lambda: csvlstm.convert(KERNEL),
        "1 array is given; expected kernel [D+H, 4H], bias [4H] of TensorFlow 1",
    ),
    "nothing": (csvlstm.convert, "no files are given; expected the files of one cell, or layers=..."),
    "no sizes": (lambda: csvlstm.convert(*CELL), "fit input_size=3 hidden_size=5 as TensorFlow 1"),
    "integers": (
        lambda: csvlstm.convert(KERNEL.astype(int), BIAS),
        "kernel is of dtype int64; expected a path, an array",
    ),
    "objects": (lambda: csvlstm.convert(KERNEL.astype(object), BIAS), "kernel is of dtype object; expected a path, an"),
    "complex": (lambda: csvlstm.convert(KERNEL, 1j * BIAS), "bias is of dtype complex128; expected a path, an array"),
    "strings": (lambda: csvlstm.inspect(KERNEL.astype(str)), "array 1 is of dtype <U32; expected a path, an array or"),
    "masked": (lambda: csvlstm.convert(np.ma.masked_array(KERNEL), BIAS), "kernel is a masked array; expected numbers"),
    "ragged": (lambda: csvlstm.convert([[0.5, 1.0], [0.5]], BIAS), "kernel is no table of numbers; expected a path"),
    "three axes": (
        lambda: csvlstm.convert(KERNEL[None], BIAS),
        "kernel has shape [1, 8, 20]; expected one or two axes",
    ),
    "empty": (lambda: csvlstm.convert(KERNEL[:0], BIAS), "kernel has shape [0, 20]; expected one or two axes"),
    "wrong sizes": (
        lambda: csvlstm.convert(KERNEL, BIAS, input_size=4, hidden_size=4),
        "kernel: 8 x 20 cells, with the bias's 20 values, do not fit input_size=4 hidden_size=4",
    ),
    "no file": (lambda: sized(csvlstm.convert, CELL[0]), "3 files are given; expected KERNEL, BIAS of TensorFlow 1"),
    "no option": (
        lambda: csvlstm.convert(KERNEL, BIAS, hiden_size=5),  # type: ignore[call-arg]
        "hiden_size is no option of convert (did you mean hidden_size?); expected one of",
    ),
    "no layout": (
        lambda: csvlstm.convert(KERNEL, BIAS, target="pytroch"),
        "is no layout (did you mean pytorch?); expected",
    ),
    "no bool": (lambda: csvlstm.convert(KERNEL, BIAS, strict="yes"), "strict='yes'; expected True or False"),  # type: ignore[arg-type]
    "no size": (
        lambda: sized(csvlstm.convert, input_size=3.5),
        "input_size=3.5: '3.5' is no size; expected a whole number",
    ),
    "no number": (
        lambda: csvlstm.convert(KERNEL, BIAS, forget_bias=float("nan")),
        "'nan' is no finite number; expected",
    ),
    "no choice": (
        lambda: csvlstm.convert(KERNEL, BIAS, order="Z"),  # type: ignore[arg-type]
        "order='Z'; expected one of C, F",
    ),
    "no set": (lambda: csvlstm.check(KERNEL, BIAS, None), "the converted set is of type NoneType; expected its folder"),  # type: ignore[arg-type]
    "half a set": (
        lambda: csvlstm.check(KERNEL, BIAS, WRONG[:2]),
        "2 arrays are given; expected kernel, recurrent_kernel",
    ),
    "a set of others": (
        lambda: csvlstm.audit(KERNEL, BIAS, {"W": KERNEL}),
        "no kernel among W; expected kernel, recurrent",
    ),
    "no folder": (lambda: csvlstm.check(KERNEL, BIAS, "nowhere"), "nowhere: no such folder; the working directory is"),
    "damage": (lambda: csvlstm.convert(KERNEL.round(2), BIAS, strict=True), "all 160 numbers have at most 2 decimals"),
    "sizes of a table": (
        lambda: csvlstm.convert(layers=LAYERS, input_size=3),
        "input_size=... is given, too; expected",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_is_refused_in_one_sentence(name: str) -> None:
    call, sentence = REFUSED[name]
    with pytest.raises(CsvLstmError) as error:
        call()
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


def test_the_parts_of_a_refusal_are_attributes() -> None:
    with pytest.raises(CsvLstmError) as error:
        csvlstm.convert(NAN, BIAS)
    parts = (error.value.file, error.value.line, error.value.column, error.value.address)
    assert parts == ("kernel", 3, 4, "D3")
    assert (error.value.found, error.value.expected) == ("'nan' is no weight", "a number such as -0.5")
    with pytest.raises(CsvLstmError) as error:
        csvlstm.convert()
    assert (error.value.file, error.value.line, error.value.column, error.value.address) == (None,) * 4


@pytest.mark.parametrize("command", calls._OPTIONS)
def test_the_options_are_those_of_the_command_line(command: str) -> None:
    streams = {"help", "files", "json", "csv", "quiet", "verbose", "debug", "stdout"}
    options = {*calls._OPTIONS[command].__annotations__} - {"progress", "dtype"}
    assert options == {action.dest for action in actions_of(command)} - streams


@pytest.mark.parametrize("name", ["convert", "check", "audit", "inspect", "export", "read_export"])
def test_a_signature_is_short_and_its_words_are_there(name: str) -> None:
    function = getattr(csvlstm, name)
    assert len(f"{name}{inspect.signature(function)}") < 320
    assert "Raises CsvLstmError" in (function.__doc__ or "")
    assert name in dir(csvlstm)


def test_the_modules_behind_are_private() -> None:
    assert {name for name in dir(csvlstm) if name[0] != "_"} == {name for name in csvlstm.__all__ if name[0] != "_"}


def test_the_layouts_are_those_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["layouts", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)["layouts"]
    offered = {key: layout for key, layout in csvlstm.LAYOUTS.items() if layout.offered}
    arrays = {key: [f"{array.name}.csv" for array in layout.arrays] for key, layout in offered.items()}
    assert {one["layout"]: [file["file"] for file in one["files"]] for one in shown} == arrays


def test_a_bar_shows_only_where_it_is_requested(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[bool] = []

    def watched(total: int, unit: str, *, quiet: bool = False) -> AbstractContextManager[Advance]:
        shown.append(not quiet)
        return progress(total, unit, quiet=True)

    monkeypatch.setattr(arguments, "progress", watched)
    csvlstm.convert(KERNEL, BIAS)
    csvlstm.convert(KERNEL, BIAS, progress=True)
    assert shown == [False, True]


def test_a_bias_of_zeros_may_be_left_out_of_arrays_too() -> None:
    kernel, bias = (KERNEL[:3], KERNEL[3:]), np.zeros(20)
    named = {"kernel": kernel[0], "recurrent_kernel": kernel[1]}
    for given in ([*kernel, bias], [*kernel], [named], [{**named, "bias": bias}]):
        report = csvlstm.convert(*given, source="keras", target="pytorch", no_bias=True)
        assert sorted(report.weights) == ["weight_hh_l0", "weight_ih_l0"]
        made = csvlstm.check(*given, report.weights, source="keras", target="pytorch", no_bias=True)
        assert made.verdict == "identical"
    with pytest.raises(CsvLstmError, match=r"bias: line 1, column 1 .* is a bias, and no_bias=True says"):
        csvlstm.convert(*kernel, BIAS, source="keras", no_bias=True)
