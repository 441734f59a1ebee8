"""Any layout to any other through the commands: what frameworks recorded comes out of the files that were made."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from csvlstm import CsvLstmError, convert_lstm_weights, read_weights
from csvlstm.commands.cli import main
from csvlstm.layouts.arrays import Layout
from csvlstm.layouts.entries import LAYOUTS
from tests.framework_recordings import RECORDED_ONLY, RECORDINGS, Array, Recording, largest_difference, real
from tests.layouts.test_equations import cell_like, difference_of_reference, layout_of, sizes_of
from tests.seeds import some_of

TOLERANCE = 1e-6
OFFERED = [key for key, layout in LAYOUTS.items() if layout.offered]
EXTRAS = {"peepholes": ["w_i_diag", "w_f_diag", "w_o_diag", "P"], "projection": ["projection_kernel"]}
EXTRAS["projection"] += ["weight_hr", "projection"]

each_target = pytest.mark.parametrize("target", OFFERED)


def written(folder: Path, recording: Recording) -> list[str]:
    """Write the weights as people do, and give the arguments that name them."""
    folder.mkdir()
    for name, array in recording.weights.items():
        plain = array.reshape(array.shape[-2:] if array.ndim > 1 and len(array) > 1 else (-1, array.shape[-1]))
        np.savetxt(folder / f"{name}.csv", plain if array.ndim < 3 else array[0], delimiter=",", fmt="%.9g")
    extras = EXTRAS.get(recording.kind, [])
    files = [str(folder / f"{one.name}.csv") for one in layout_of(recording).arrays if one.name not in extras]
    named = [str(folder / f"{name}.csv") for name in extras if name in recording.weights]
    sizes = [f"--input-size={recording.input_size}", f"--hidden-size={recording.hidden_size}"]
    declared = [f"--forget-bias={recording.forget_bias}"] if recording.framework == "tf1" else []
    declared += ["--no-bias"] * (recording.kind == "no_bias") + ([f"--{recording.kind}", *named] if named else [])
    return [*files, "--from", recording.framework, *sizes, *declared]


def arrays_in_plain_form(loaded: Any, layout: Layout) -> dict[str, Array]:
    """Take what a loader takes apart again."""
    if isinstance(loaded, list):
        loaded = dict(zip((array.name for array in layout.arrays), loaded, strict=True))
    flat = {name.removesuffix("_l0"): array for name, array in loaded.items() if not isinstance(array, dict)}
    for module, inner in loaded.items():
        if isinstance(inner, dict):
            flat |= {name if "/" in module else f"{module}_{name}": array for name, array in inner.items()}
    return {name: np.asarray(array) for name, array in flat.items()}


@some_of("half", [0, 1], few=1)
@each_target
def test_every_recorded_cell_is_converted_checked_and_loaded(
    target: str, half: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # The recordings are in pairs, of two hidden sizes: one half has the one of every other target.
    for recording in RECORDINGS[(OFFERED.index(target) + half) % 2 :: 2]:
        layout = cell_like(LAYOUTS[target], recording.kind)
        folder = tmp_path / recording.name
        if layout is None:
            continue
        given, made = written(folder, recording), str(folder / "made")
        assert main(["convert", *given, "--to", target, "-o", made, "-q"]) == 0, capsys.readouterr().err
        assert main(["check", *given, made, "--to", target, "-q"]) == 0, capsys.readouterr().err
        if recording.kind == "no_bias" and layout.bias_is_optional:
            layout = layout.without_bias()
        loaded = arrays_in_plain_form(read_weights(made, "float64"), layout)
        plain = {one.name: loaded[one.name].reshape(one.shape(sizes_of(recording))) for one in layout.arrays}
        assert {*loaded} == {*plain}
        assert difference_of_reference(layout, plain, recording) <= TOLERANCE, recording.name


@pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")
@pytest.mark.parametrize("target", [key for key in OFFERED if key not in RECORDED_ONLY])
def test_the_real_framework_computes_what_tensorflow_1_recorded(target: str, tmp_path: Path) -> None:
    framework = real(target)
    for recording in (one for one in RECORDINGS if one.framework == "tf1"):
        layout = cell_like(LAYOUTS[target], recording.kind)
        if layout is None:
            continue
        given, made = written(tmp_path / recording.name, recording), str(tmp_path / recording.name / "made")
        assert main(["convert", *given, "--to", target, "-o", made, "-q"]) == 0
        weights = arrays_in_plain_form(read_weights(made), layout)
        outputs, final = framework.run(weights, recording.x, [recording.initial[state] for state in layout.states])
        assert largest_difference(recording, outputs, dict(zip(layout.states, final, strict=True))) <= TOLERANCE


def recorded(framework: str, kind: str = "plain") -> Recording:
    return next(one for one in RECORDINGS if (one.framework, one.kind, one.hidden_size) == (framework, kind, 5))


def test_tensorflow_1_to_two_biases_rewrites_no_cell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = written(tmp_path / "tf1", recorded("tf1"))
    assert main(["convert", *given, "--to", "pytorch", "-o", str(tmp_path / "torch")]) == 0
    assert "5 cells of a second bias hold the forget bias 1.5 and 15 are 0" in capsys.readouterr().err
    before = (tmp_path / "tf1" / "bias.csv").read_text().strip().split(",")
    assert sorted((tmp_path / "torch" / "bias_ih.csv").read_text().strip().split(",")) == sorted(before)
    kernels = [(tmp_path / "torch" / f"weight_{side}.csv").read_text().replace("\n", ",") for side in ("ih", "hh")]
    cells = (tmp_path / "tf1" / "kernel.csv").read_text().replace("\n", ",")
    assert sorted("".join(kernels).split(",")) == sorted(cells.split(","))


def test_there_and_back_is_the_same_text_where_neither_way_computes(tmp_path: Path) -> None:
    given = written(tmp_path / "keras", recorded("keras"))
    sizes = ["--input-size", "3", "--hidden-size", "5"]
    for target in (key for key in OFFERED if key not in ("keras", "haiku")):
        made, back = str(tmp_path / target), tmp_path / f"back_{target}"
        assert main(["convert", *given, "--to", target, "-o", made, "-q"]) == 0
        declared = ["--forget-bias", "0"] if target == "tf1" else []
        assert main(["convert", made, *sizes, *declared, "-o", str(back), "-q"]) == 0
        for array in LAYOUTS["keras"].arrays:
            assert (back / f"{array.name}.csv").read_bytes() == (tmp_path / "keras" / f"{array.name}.csv").read_bytes()


def test_a_cell_of_tensorflow_1_is_made_without_a_forget_bias_or_with_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = written(tmp_path / "keras", recorded("keras"))
    assert main(["convert", *given, "--to", "tf1", "-o", str(tmp_path / "all")]) == 0
    assert "build the cell with forget_bias=0.0" in capsys.readouterr().err
    asked = [*given, "--to", "tf1", "--target-forget-bias", "1"]
    assert main(["convert", *asked, "-o", str(tmp_path / "less")]) == 0
    said = capsys.readouterr().err
    assert "forget bias 1.0 taken from 5 of them and rounded" in said
    assert "build the cell with forget_bias=1.0" in said
    assert main(["check", *asked, str(tmp_path / "less"), "-q"]) == 0
    assert main(["check", *given, "--to", "tf1", str(tmp_path / "less"), "-q"]) == 1


REFUSED = {
    "a projection has no place": (
        ["tf1", "projection"],
        ["--to", "keras"],
        "the cell has a projection, for which Keras has no place; TensorFlow 1 and PyTorch and Sonnet have",
    ),
    "peepholes have no place": (["tf1", "peepholes"], ["--to", "pytorch"], "the cell has peepholes, for which PyTorch"),
    "a forget bias at run time": (
        ["tf1", "plain"],
        ["--no-bias"],
        "the cell of TensorFlow 1 adds a forget bias of 1.5 at run time; expected --forget-bias 0.0 if it was built",
    ),
    "a bias of Keras": (["keras", "plain"], ["--no-bias"], "bias.csv: line 1, column 1 (A1): '"),
    "a bias of PyTorch": (["pytorch", "plain"], ["--no-bias"], "is a bias, and --no-bias says that the cell has none"),
    "a forget bias of Keras": (
        ["keras", "plain"],
        ["--forget-bias", "1"],
        "a forget bias of 1.0 is declared for Keras",
    ),
    "another forget bias of Haiku": (
        ["keras", "plain"],
        ["--to", "haiku", "--target-forget-bias", "0"],
        "a forget bias of 0.0 is declared for Haiku; expected 1.0",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_a_framework_has_no_place_for_is_refused(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (framework, kind), options, sentence = REFUSED[case]
    given = written(tmp_path / "given", recorded(framework, kind))
    assert main(["convert", *given, *options, "-o", str(tmp_path / "made")]) == 2
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("source", OFFERED)
def test_a_bias_of_zeros_alone_may_be_left_out_and_no_other_may(source: str, tmp_path: Path) -> None:
    given = written(tmp_path / "tf1", recorded("tf1"))[:-1]
    bias, sizes = tmp_path / "tf1" / "bias.csv", ["--input-size=3", "--hidden-size=5", "--from", source]
    assert main(["convert", *given, "--forget-bias=0", "--to", source, "-o", str(tmp_path / "full"), "-q"]) == 0
    bias.write_text(",".join(["0.0"] * 19 + ["-0"]) + "\n")
    assert main(["convert", *given, "--forget-bias=0", "--to", source, "-o", str(tmp_path / "zeros"), "-q"]) == 0
    # The fixed forget bias of Haiku makes its zeros a bias.
    own = ["--forget-bias=0"] if source == "tf1" else []
    for target in ("keras", "pytorch", "flax") if source != "haiku" else ():
        made = str(tmp_path / target)
        asked = [*sizes, *own, "--to", target, "--no-bias"]
        assert main(["convert", str(tmp_path / "full"), *asked, "-o", made, "-q"]) == 2
        assert main(["convert", str(tmp_path / "zeros"), *asked, "-o", made, "-q"]) == 0
        kept = LAYOUTS[target] if target == "flax" else LAYOUTS[target].without_bias()
        plain = arrays_in_plain_form(read_weights(made), kept)
        assert {*plain} == {one.name for one in kept.arrays}
        assert main(["check", str(tmp_path / "zeros"), made, *asked, "-q"]) == 0
        assert main(["audit", str(tmp_path / "zeros"), made, *asked, "--csv", "-q"]) == 0


def test_a_bias_beside_a_set_that_has_none_is_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given, made = written(tmp_path / "torch", recorded("pytorch", "no_bias")), tmp_path / "made"
    assert main(["convert", *given, "-o", str(made), "-q"]) == 0
    assert sorted(path.name for path in made.iterdir()) == ["kernel.csv", "recurrent_kernel.csv", "weights.csv"]
    for cell, code in (("0", 0), ("0.5", 1)):
        (made / "bias.csv").write_text(",".join(["0"] * 19 + [cell]) + "\n")
        for command in (["check"], ["audit", "--csv"]):
            assert main([*command, *given, str(made), "-q"]) == code, capsys.readouterr().err


def test_a_folder_that_two_layouts_name_alike_asks_which_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path / "given", recorded("onnx"))
    sizes = ["--input-size", "3", "--hidden-size", "5"]
    assert main(["convert", str(tmp_path / "given"), *sizes, "-o", str(tmp_path / "made")]) == 2
    assert "has files that ONNX and OpenVINO name alike; expected the name of the layout" in capsys.readouterr().err
    with pytest.raises(CsvLstmError, match="name alike"):
        read_weights(tmp_path / "given")
    assert read_weights(tmp_path / "given", layout="onnx")["B"].shape == (1, 40)


def test_a_file_that_one_of_them_alone_has_says_which_it_is(tmp_path: Path) -> None:
    written(tmp_path / "given", recorded("onnx", "peepholes"))
    assert main(["convert", str(tmp_path / "given"), *CELL[2:], "--to", "tf1", "-o", str(tmp_path / "made")]) == 0
    assert read_weights(tmp_path / "given")["P"].shape == (1, 15)


def test_a_table_of_layers_names_the_folders_of_another_layout(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for direction in ("forward", "backward"):
        written(tmp_path / direction, recorded("pytorch"))
    (tmp_path / "layers.csv").write_text(
        "layer,folder,input_size,hidden_size,direction\nencoder,forward,3,5,forward\nencoder,backward,3,5,backward\n"
    )
    asked = ["--layers", str(tmp_path / "layers.csv"), "--from", "pytorch"]
    assert main(["convert", *asked, "--to", "onnx", "-o", str(tmp_path / "onnx"), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["layers"]) == 2
    weights = read_weights(tmp_path / "onnx")
    assert {name: array.shape for name, array in weights.items()} == {"W": (2, 20, 3), "R": (2, 20, 5), "B": (2, 40)}
    assert main(["check", *asked, "--to", "onnx", str(tmp_path / "onnx"), "-q"]) == 0
    assert main(["convert", *asked, "--to", "pytorch", "-o", str(tmp_path / "torch"), "-q"]) == 0
    assert [*read_weights(tmp_path / "torch")] == [
        f"{name}_l0{way}" for way in ("", "_reverse") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    ]


def test_layers_of_other_hidden_sizes_are_no_single_lstm_of_pytorch(tmp_path: Path) -> None:
    table = Path("sample_data/sunspots/layers.csv").resolve()
    assert main(["convert", "--layers", str(table), "--to", "pytorch", "-o", str(tmp_path / "torch"), "-q"]) == 0
    with pytest.raises(CsvLstmError, match="layers of hidden sizes 4, 5 are no single LSTM of PyTorch"):
        read_weights(tmp_path / "torch")
    assert next(iter(read_weights(tmp_path / "torch" / "cell_1"))) == "weight_ih_l0"


SUNSPOTS = Path("sample_data/sunspots").resolve()
CELL = [str(SUNSPOTS / "cell_0_kernel.csv"), str(SUNSPOTS / "cell_0_bias.csv"), "--input-size=3", "--hidden-size=5"]
RECORDED = ["--recorded-inputs", str(SUNSPOTS / "inputs.csv"), "--recorded-outputs", str(SUNSPOTS / "cell_0_h.csv")]


@each_target
def test_a_recorded_run_judges_every_target_and_every_source(
    target: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made, sizes = str(tmp_path / "made"), CELL[2:]
    assert main(["convert", *CELL, "--to", target, "-o", made, "-q"]) == 0
    assert main(["check", *CELL, "--to", target, made, *RECORDED]) == 0
    assert "297 of 297 steps shown" in capsys.readouterr().out
    assert main(["convert", *CELL, "-o", str(tmp_path / "keras"), "-q"]) == 0
    own = ["--from", target, *sizes, *(["--forget-bias=0"] if target == "tf1" else [])]
    back = [made] if target != "keras" else [f"{made}/{array.name}.csv" for array in LAYOUTS["keras"].arrays]
    assert main(["check", *back, *own, str(tmp_path / "keras"), *RECORDED, "-q"]) == 0, capsys.readouterr().err


def test_a_recorded_run_contradicts_another_forget_bias_in_every_layout(tmp_path: Path) -> None:
    for target in ("pytorch", "flax", "haiku"):
        made = str(tmp_path / target)
        assert main(["convert", *CELL, "--forget-bias", "0.5", "--to", target, "-o", made, "-q"]) == 0
        assert main(["check", *CELL, "--forget-bias", "0.5", "--to", target, made, *RECORDED, "-q"]) == 1


def zero_state_run(recording: Recording, target: str, made: str, folder: Path, form: str = "%.9g") -> list[str]:
    """Record the real framework with a converted set, from a zero state: the options that name the two files."""
    layout = cell_like(LAYOUTS[target], recording.kind)
    assert layout
    weights = arrays_in_plain_form(read_weights(made, layout=target), layout)
    x = np.random.default_rng(5).uniform(-2, 2, (1, 40, recording.input_size)).astype(np.float32)
    states = [np.zeros_like(recording.initial[state][:1]) for state in layout.states]
    outputs, _ = real(target).run(weights, x, states)
    for name, rows in {"x.csv": x[0], "y.csv": np.asarray(outputs)[0]}.items():
        np.savetxt(folder / name, rows, delimiter=",", fmt=form)
    return ["--recorded-inputs", str(folder / "x.csv"), "--recorded-outputs", str(folder / "y.csv"), "--json"]


@pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")
@some_of("form", ["%.9g", "%.5f"], few=1)
@pytest.mark.parametrize(("kind", "target"), [("peepholes", "onnx"), ("projection", "pytorch")])
def test_a_recorded_run_judges_peepholes_and_projections(
    kind: str, target: str, form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for recording in (one for one in RECORDINGS if (one.framework, one.kind) == ("tf1", kind)):
        folder, made = tmp_path / recording.name, str(tmp_path / recording.name / "made")
        given = [*written(folder, recording), "--to", target]
        assert main(["convert", *given, "-o", made, "-q"]) == 0
        run = zero_state_run(recording, target, made, folder, form)

        def judged(declared: list[str], exit_code: int, run: list[str] = run, made: str = made) -> Any:
            assert main(["check", *declared, made, *run]) == exit_code
            return json.loads(capsys.readouterr().out)["recorded_run"]

        found = judged(given, 0)
        assert (found["steps"], found["agrees"]) == (40, True)
        assert found["steps_shown"] > 20
        truth = {"forget_bias": 1.5, "activation": "tanh", "recurrent_activation": "sigmoid", "outputs": "as recorded"}
        assert judged([*given, "--activation", "softsign"], 1)["fits"] == truth
        wrong = [part.replace("--forget-bias=1.5", "--forget-bias=1.25") for part in given]
        other = str(folder / "other")
        assert main(["convert", *wrong, "-o", other, "-q"]) == 0
        assert judged(wrong, 1, made=other)["fits"] == truth


def test_a_recorded_run_contradicts_what_is_not_in_the_kernel(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recording = recorded("onnx", "peepholes")
    folder, made = tmp_path / "run", str(tmp_path / "run" / "made")
    given = [*written(folder, recording), "--to", "tf1"]
    assert main(["convert", *given, "-o", made, "-q"]) == 0
    run = zero_state_run(recording, "onnx", str(folder), folder)
    assert main(["check", *given, made, *run]) == 0, capsys.readouterr().err
    peepholes = np.split(np.loadtxt(folder / "P.csv", delimiter=","), 3)
    np.savetxt(folder / "P.csv", np.concatenate([peepholes[k] for k in (0, 2, 1)])[None], delimiter=",", fmt="%.9g")
    assert main(["convert", *given, "-o", made, "-q", "--force"]) == 0
    assert main(["check", *given, made, *run]) == 1
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["recorded_run"]["fits"] is None


def test_control_totals_and_workbooks_are_written_for_every_pair(tmp_path: Path) -> None:
    made = str(tmp_path / "torch")
    assert main(["convert", *CELL, "--to", "pytorch", "-o", made, "-q"]) == 0
    assert main(["audit", *CELL, "--to", "pytorch", made, "-o", str(tmp_path / "audit.csv"), "-q"]) == 0
    rows = (tmp_path / "audit.csv").read_text().splitlines()
    assert len(rows) == 1 + 16
    assert main(["audit", *CELL, "--to", "pytorch", made, "-o", str(tmp_path / "audit.xlsx"), "-q"]) == 0


@each_target
def test_arrays_become_what_the_files_become(target: str) -> None:
    for recording in (one for one in RECORDINGS if one.hidden_size == 5):
        layout = cell_like(LAYOUTS[target], recording.kind)
        if layout is None:
            continue
        declared = recording.forget_bias if recording.framework == "tf1" else None
        made = convert_lstm_weights(recording.weights, source=recording.framework, target=target, forget_bias=declared)
        layout = layout._replace(arrays=tuple(one for one in layout.arrays if one.name in made))
        sizes = sizes_of(recording)
        assert {name: array.shape for name, array in made.items()} == {
            one.name: one.framework_shape(sizes) for one in layout.arrays
        }
        plain = {one.name: made[one.name].reshape(one.shape(sizes)).astype("float64") for one in layout.arrays}
        assert difference_of_reference(layout, plain, recording) <= TOLERANCE, recording.name


def test_arrays_of_other_names_or_shapes_are_refused() -> None:
    weights = recorded("pytorch").weights
    with pytest.raises(CsvLstmError, match="'torch' is no layout; expected one of tf1, keras"):
        convert_lstm_weights(weights, source="torch")
    with pytest.raises(CsvLstmError, match="the arrays are named weight_ih, weight_hh, bias_ih, bias_hh; expected W"):
        convert_lstm_weights(weights, source="onnx")
    with pytest.raises(CsvLstmError, match="are of no one cell; expected weight_ih"):
        convert_lstm_weights({**weights, "bias_ih": np.zeros(8)}, source="pytorch")


def test_a_stack_of_cells_with_projections_is_one_lstm_of_pytorch(tmp_path: Path) -> None:
    draw = np.random.default_rng(5)
    rows = ["layer,kernel,bias,input_size,hidden_size,projection_kernel"]
    for layer, (d, h, p) in {"a": (3, 5, 2), "b": (2, 5, 2)}.items():
        for name, shape in {"k": (d + p, 4 * h), "b": (1, 4 * h), "p": (h, p)}.items():
            np.savetxt(tmp_path / f"{layer}_{name}.csv", draw.normal(0, 0.3, shape), delimiter=",", fmt="%.9g")
        rows.append(f"{layer},{layer}_k.csv,{layer}_b.csv,{d},{h},{layer}_p.csv")
    (tmp_path / "layers.csv").write_text("\n".join(rows) + "\n")
    asked, made = ["--layers", str(tmp_path / "layers.csv"), "--to", "pytorch"], str(tmp_path / "torch")
    assert main(["convert", *asked, "-o", made, "-q"]) == 0
    assert main(["check", *asked, made, "-q"]) == 0
    shapes = {name: array.shape for name, array in read_weights(made).items()}
    assert shapes["weight_hr_l1"] == (2, 5)
    assert shapes["weight_ih_l1"] == shapes["weight_hh_l1"] == (20, 2)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CsvLstmError, match="no such folder"):
        read_weights(tmp_path / "nothing")
    with pytest.raises(CsvLstmError, match="no such folder"):
        read_weights(tmp_path / "nothing", layout="onnx")
