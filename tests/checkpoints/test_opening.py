"""A checkpoint is found by whatever names it, and what is none is named in one sentence."""

from pathlib import Path

import numpy as np
import pytest

from csvlstm.checkpoints.marks import is_checkpoint
from csvlstm.checkpoints.opening import open_checkpoint
from csvlstm.errors import CsvLstmError
from tests.checkpoints.recorded import FORMATS
from tests.file_kinds import KINDS, POINTER

V2, V1, SHARDED, V1_SHARDED = (
    FORMATS[f"tf1_15_{name}"] for name in ("single", "v1_stack", "v2_sharded", "v1_sharded")
)  # fmt: skip


def names(path: str | Path) -> set[str]:
    return set(open_checkpoint(str(path)).variables.variables)


@pytest.mark.parametrize(
    "given", ["model.ckpt", "model.ckpt.index", "model.ckpt.meta", "model.ckpt.data-00000-of-00001", "checkpoint", "."]
)
def test_a_v2_checkpoint_may_be_named_by_any_of_its_files_or_its_folder(tmp_path: Path, given: str) -> None:
    V2.write(tmp_path)
    opened = open_checkpoint(str(tmp_path / given))
    assert set(opened.variables.variables) == {"rnn/lstm_cell/kernel", "rnn/lstm_cell/bias"}
    assert opened.graph == str(tmp_path / "model.ckpt.meta")


@pytest.mark.parametrize("given", ["model.ckpt", "checkpoint", "."])
def test_a_v1_checkpoint_may_be_named_by_its_file_or_its_folder(tmp_path: Path, given: str) -> None:
    V1.write(tmp_path)
    assert names(tmp_path / given) == set(V1.variables)


@pytest.mark.parametrize(
    "given", ["model.ckpt", "model.ckpt-00000-of-00003", "model.ckpt-00002-of-00003", "model.ckpt-?????-of-00003", "."]
)
def test_a_sharded_v1_checkpoint_may_be_named_by_any_shard_or_pattern(tmp_path: Path, given: str) -> None:
    V1_SHARDED.write(tmp_path)
    assert names(tmp_path / given) == set(V1_SHARDED.variables)


@pytest.mark.parametrize("given", [".", "saved_model.pb", "variables", "variables/variables.index"])
def test_a_saved_model_may_be_named_by_its_folder_or_graph(tmp_path: Path, given: str) -> None:
    FORMATS["tf1_15_saved_model"].write(tmp_path)
    assert names(tmp_path / given) == {"rnn/lstm_cell/kernel", "rnn/lstm_cell/bias"}


@pytest.mark.parametrize(
    "named",
    [
        "/home/ann/7/model.ckpt",
        r"D:\\runs\\7\\model.ckpt",
        "model.ckpt",
        "./model.ckpt",
        r"/home/m\303\274/model.ckpt",
    ],
)
def test_a_folder_that_was_copied_from_another_machine_names_its_checkpoint(tmp_path: Path, named: str) -> None:
    V2.write(tmp_path)
    (tmp_path / "checkpoint").write_text(f'model_checkpoint_path: "{named}"\nall_model_checkpoint_paths: "x"\n')
    assert names(tmp_path) == {"rnn/lstm_cell/kernel", "rnn/lstm_cell/bias"}


def test_a_path_that_was_typed_without_escapes_is_no_crash(tmp_path: Path) -> None:
    V2.write(tmp_path)
    (tmp_path / "checkpoint").write_text(r'model_checkpoint_path: "D:\9\model.ckpt"')
    assert "no such file; a checkpoint is a .index and .data files" in refused(tmp_path)


def test_a_name_beyond_ascii_stands_in_octal_numbers(tmp_path: Path) -> None:
    for name, data in V2.files.items():
        (tmp_path / name.replace("model", "mödel")).write_bytes(data)
    (tmp_path / "checkpoint").write_bytes(rb'model_checkpoint_path: "m\303\266del.ckpt"')
    assert names(tmp_path) == {"rnn/lstm_cell/kernel", "rnn/lstm_cell/bias"}


def test_the_only_checkpoint_of_a_folder_needs_no_name(tmp_path: Path) -> None:
    V2.write(tmp_path)
    (tmp_path / "checkpoint").unlink()
    assert names(tmp_path) == {"rnn/lstm_cell/kernel", "rnn/lstm_cell/bias"}


def steps(folder: Path) -> None:
    files = {name: data for name, data in V2.files.items() if name != "checkpoint"}
    for step in (5, 100, 20):
        for name, data in files.items():
            (folder / name.replace("ckpt", f"ckpt-{step}")).write_bytes(data)


def refused(path: str | Path) -> str:
    with pytest.raises(CsvLstmError) as refusal:
        open_checkpoint(str(path))
    return str(refusal.value)


def test_a_missing_step_lists_the_prefixes_that_are_there(tmp_path: Path) -> None:
    steps(tmp_path)
    there = ", ".join(f"{tmp_path}/model.ckpt-{step}" for step in (5, 20, 100))
    expected = "no such file; a checkpoint is a .index and .data files, or one file of that name"
    for given in ("model.ckpt", "model.ckpt-7"):
        assert refused(tmp_path / given) == f"{tmp_path}/{given}.index: {expected}; there are {there}"
    assert refused(tmp_path) == f"{tmp_path}: this folder names no latest checkpoint; give one, of {there}"


def test_a_folder_without_checkpoints_says_how_to_give_one(tmp_path: Path) -> None:
    expected = f"this folder names no latest checkpoint; give one, as in {tmp_path}/model.ckpt-1000"
    assert refused(tmp_path) == f"{tmp_path}: {expected}"
    assert refused(tmp_path / "model.ckpt") == (
        f"{tmp_path}/model.ckpt.index: no such file; a checkpoint is a .index and .data files, or one file of that "
        "name; give its prefix, such as model.ckpt-1000"
    )


def test_missing_shards_are_named(tmp_path: Path) -> None:
    path = V1_SHARDED.write(tmp_path)
    (tmp_path / "model.ckpt-00002-of-00003").unlink()
    assert refused(path) == (
        f"{tmp_path}/model.ckpt: it has 2 of 3 shards; {tmp_path}/model.ckpt-00002-of-00003 is missing; "
        "copy it from where the checkpoint was saved"
    )
    opened = open_checkpoint(SHARDED.write(tmp_path / "v2")).variables
    (tmp_path / "v2" / "model.ckpt.data-00001-of-00003").unlink()
    with pytest.raises(CsvLstmError) as refusal:
        opened.read("layer_1/rnn/lstm_cell/kernel")
    assert str(refusal.value) == (
        f"{tmp_path}/v2/model.ckpt.data-00001-of-00003: is missing; the checkpoint is {tmp_path}/v2/model.ckpt.index "
        "and 3 such files; copy it from where the checkpoint was saved"
    )


NO_TABLE = "its last 8 bytes are not those of a table; it was cut off, or is another file"
OTHERS = {
    **{name: (kind.write(np.ones((3, 4), np.float32), []), kind.said.format("expected a TensorFlow 1 checkpoint"))
       for name, kind in KINDS.items() if name[0] != "C"},
    "model.txt": (b"0.5,0.25\n", NO_TABLE),
    "empty": (b"", NO_TABLE),
    "model.pb": (b"no graph at all", "is no graph of TensorFlow, or damaged"),
    "pointer.pb": (POINTER, "is a pointer of Git LFS, and not the file itself; expected a graph of TensorFlow"),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_files_of_other_kinds_are_named(tmp_path: Path, name: str) -> None:
    data, found = OTHERS[name]
    (tmp_path / name).write_bytes(data)
    assert refused(tmp_path / name).startswith(f"{tmp_path}/{name}: {found}")


def test_an_empty_path_and_a_graph_without_variables_are_refused(tmp_path: Path) -> None:
    assert refused("") == "the path of the checkpoint is empty; expected a prefix such as model.ckpt-1000"
    (tmp_path / "graph.pb").write_bytes(b"")
    found = "has no numbers: it is a graph without its variables; give the checkpoint of the same training"
    assert refused(tmp_path / "graph.pb") == f"{tmp_path}/graph.pb: {found}"


def test_a_checkpoint_is_told_from_a_csv(tmp_path: Path) -> None:
    path = V2.write(tmp_path)
    v1 = V1.write(tmp_path / "v1")
    for given in (path, f"{path}.index", f"{path}.meta", f"{path}.data-00000-of-00001", v1, "frozen.pb", str(tmp_path)):
        assert is_checkpoint(given)
    np.savetxt(tmp_path / "kernel.csv", np.ones((3, 4)), delimiter=",")
    # A text of such a name is a CSV all the same.
    np.savetxt(tmp_path / "kernel.index", np.ones((3, 4)), delimiter=",")
    assert not is_checkpoint(str(tmp_path / "kernel.index"))
    (tmp_path / "empty").mkdir()
    for given in (str(tmp_path / "kernel.csv"), str(tmp_path / "empty"), "-", "missing.csv", "/dev/null"):
        assert not is_checkpoint(given)
