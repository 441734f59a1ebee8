"""read_weights: the three files of a converted set in, the list that set_weights takes out, or a refusal."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from csvlstm import CsvLstmError, convert_lstm_weights, read_weights
from csvlstm.commands.cli import main

Array = NDArray[Any]

SIZES = [(3, 5), (7, 2), (4, 4), (1, 6), (5, 1), (1, 1)]

each_size = pytest.mark.parametrize(("d", "h"), SIZES, ids=[f"D{d}_H{h}" for d, h in SIZES])


class WeightSet(NamedTuple):
    """A converted set: its folder, and the weights in it."""

    folder: Path
    weights: list[Array]

    def text(self, name: str) -> str:
        return (self.folder / name).read_text()

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def write_cell(self, name: str, line: int, column: int, cell: str) -> None:
        """Replace a cell; line and column count from 1, as an error message does."""
        rows = [row.split(",") for row in self.text(name).splitlines()]
        rows[line - 1][column - 1] = cell
        self.write(name, "".join(",".join(row) + "\n" for row in rows))


def write_set(folder: Path, d: int, h: int) -> WeightSet:
    """Write random weights as the 17 digits that name a float64 exactly."""
    rng = np.random.default_rng([d, h])
    weights = [rng.normal(size=(rows, 4 * h)) for rows in (d, h, 1)]
    for name, part in zip(("kernel", "recurrent_kernel", "bias"), weights, strict=True):
        np.savetxt(folder / f"{name}.csv", part, delimiter=",", fmt="%.17g")
    return WeightSet(folder, [*weights[:2], weights[2][0]])


@pytest.fixture
def weight_set(tmp_path: Path) -> WeightSet:
    """Write the set of a layer with input size 3 and hidden size 5."""
    return write_set(tmp_path, 3, 5)


def refusal_of(folder: Path, dtype: str = "float32") -> str:
    with pytest.raises(CsvLstmError) as refusal:
        read_weights(folder, dtype)
    return str(refusal.value).replace(f"{folder}/", "")


@each_size
def test_the_arrays_have_the_shapes_that_set_weights_takes(d: int, h: int, tmp_path: Path) -> None:
    folder = write_set(tmp_path, d, h).folder
    assert [part.shape for part in read_weights(folder)] == [(d, 4 * h), (h, 4 * h), (4 * h,)]


@each_size
def test_float64_gives_every_bit_that_was_written(d: int, h: int, tmp_path: Path) -> None:
    folder, weights = write_set(tmp_path, d, h)
    assert [part.tobytes() for part in read_weights(folder, "float64")] == [part.tobytes() for part in weights]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_weights_are_rounded_to_the_dtype_that_was_asked_for(weight_set: WeightSet, dtype: str) -> None:
    read = read_weights(weight_set.folder, dtype)
    assert [part.dtype for part in read] == [dtype] * 3
    assert [part.tolist() for part in read] == [part.astype(dtype).tolist() for part in weight_set.weights]


def test_the_dtype_is_float32_where_none_is_asked_for(weight_set: WeightSet) -> None:
    assert [part.dtype for part in read_weights(weight_set.folder)] == ["float32"] * 3


def test_the_arrays_may_be_written_to(weight_set: WeightSet) -> None:
    assert all(part.flags.writeable for part in read_weights(weight_set.folder, "float64"))


def test_the_folder_may_be_named_by_a_string(weight_set: WeightSet) -> None:
    assert len(read_weights(str(weight_set.folder))) == 3


@pytest.mark.parametrize("separator", [",", "\n"], ids=["row", "column"])
def test_a_bias_may_be_a_row_or_a_column(weight_set: WeightSet, separator: str) -> None:
    weight_set.write("bias.csv", separator.join(weight_set.text("bias.csv").strip().split(",")) + "\n")
    assert read_weights(weight_set.folder, "float64")[2].tolist() == weight_set.weights[2].tolist()


@each_size
@pytest.mark.parametrize("shape", [(1, -1), (-1, 1)], ids=["bias_row", "bias_column"])
def test_what_convert_wrote_is_what_the_library_converts(
    d: int, h: int, shape: tuple[int, int], tmp_path: Path
) -> None:
    rng = np.random.default_rng([d, h])
    kernel, bias = rng.normal(size=(d + h, 4 * h)), rng.normal(size=4 * h)
    files = [str(tmp_path / "exported_kernel.csv"), str(tmp_path / "exported_bias.csv")]
    np.savetxt(files[0], kernel, delimiter=",")
    np.savetxt(files[1], bias.reshape(shape), delimiter=",")
    out = str(tmp_path / "converted")
    assert main(["convert", *files, f"--input-size={d}", f"--hidden-size={h}", "--forget-bias=0.1", "-o", out]) == 0
    converted = convert_lstm_weights(kernel, bias, h, forget_bias=0.1)
    assert [part.tolist() for part in read_weights(out, "float64")] == [part.tolist() for part in converted]


@pytest.mark.parametrize("name", ["kernel.csv", "recurrent_kernel.csv", "bias.csv"])
def test_a_missing_file_is_refused_by_its_name(weight_set: WeightSet, name: str) -> None:
    (weight_set.folder / name).unlink()
    there = ", ".join(sorted({"kernel.csv", "recurrent_kernel.csv", "bias.csv"} - {name}))
    assert refusal_of(weight_set.folder) == f"{weight_set.folder}: has no {name}; there is {there}"


def test_a_kernel_of_another_layer_is_refused(weight_set: WeightSet) -> None:
    weight_set.write("kernel.csv", "0.1,0.2,0.3,0.4\n" * 3)
    assert refusal_of(weight_set.folder) == (
        "kernel.csv: 3 x 4 cells do not fit recurrent_kernel.csv, whose 5 rows are the hidden size; "
        "expected 4H = 20 cells in a row"
    )


def test_a_bias_of_another_layer_is_refused(weight_set: WeightSet) -> None:
    weight_set.write("bias.csv", "0.1,0.2,0.3,0.4\n")
    assert refusal_of(weight_set.folder) == (
        "bias.csv: 1 x 4 cells do not fit recurrent_kernel.csv, whose 5 rows are the hidden size; "
        "expected 4H = 20 cells in a row"
    )


def test_a_recurrent_kernel_without_its_last_row_is_refused(weight_set: WeightSet) -> None:
    weight_set.write("recurrent_kernel.csv", "".join(weight_set.text("recurrent_kernel.csv").splitlines(True)[:4]))
    assert "do not fit recurrent_kernel.csv, whose 4 rows are the hidden size" in refusal_of(weight_set.folder)


def test_kernel_and_recurrent_kernel_exchanged_are_refused(weight_set: WeightSet) -> None:
    kernel, recurrent_kernel = weight_set.text("kernel.csv"), weight_set.text("recurrent_kernel.csv")
    weight_set.write("kernel.csv", recurrent_kernel)
    weight_set.write("recurrent_kernel.csv", kernel)
    assert "do not fit recurrent_kernel.csv, whose 3 rows are the hidden size" in refusal_of(weight_set.folder)


HEADER = [f"{gate}_{unit}" for gate in "ifco" for unit in range(5)]
INDEX = {"kernel": [*"xyz"], "recurrent_kernel": [f"h_{unit}" for unit in range(5)], "bias": ["bias"]}


def write_labelled(weight_set: WeightSet, delimiter: str = ";", decimal: str = ",", index: bool = True) -> None:
    """Write the set again as spreadsheets of other countries want it, with names for its rows and columns."""
    for part, names in INDEX.items():
        lines = weight_set.text(f"{part}.csv").splitlines()
        rows = [[cell.replace(".", decimal) for cell in line.split(",")] for line in lines]
        labelled = [["", *HEADER], *([name, *row] for name, row in zip(names, rows, strict=True))]
        text = "".join(delimiter.join(row if index else row[1:]) + "\n" for row in labelled)
        weight_set.write(f"{part}.csv", text)


@pytest.mark.parametrize("index", [True, False], ids=["header and index", "header"])
@pytest.mark.parametrize(("delimiter", "decimal"), [(",", "."), (";", ","), ("\t", ","), (";", ".")])
def test_labels_and_the_dialects_of_spreadsheets_are_read(
    weight_set: WeightSet, delimiter: str, decimal: str, index: bool
) -> None:
    write_labelled(weight_set, delimiter, decimal, index)
    read = read_weights(weight_set.folder, "float64")
    assert [part.tolist() for part in read] == [part.tolist() for part in weight_set.weights]


def test_a_labelled_bias_column_is_read(weight_set: WeightSet) -> None:
    cells = weight_set.text("bias.csv").strip().split(",")
    weight_set.write("bias.csv", ";bias\n" + "".join(f"{n};{c}\n" for n, c in zip(HEADER, cells, strict=True)))
    assert read_weights(weight_set.folder, "float64")[2].tolist() == weight_set.weights[2].tolist()


@pytest.mark.parametrize("values", [[0.5, 0.25, -2.75, 3.1], [0.5, 1.25, 2.75, 3.1]], ids=["random", "counting wholes"])
def test_a_bias_column_with_decimal_commas_is_read_as_the_kernels_are(tmp_path: Path, values: list[float]) -> None:
    for part, rows in (("kernel", "0,5;1,5;2,5;3,5\n"), ("recurrent_kernel", "1,25;2;3;4\n")):
        (tmp_path / f"{part}.csv").write_text(rows)
    (tmp_path / "bias.csv").write_text("".join(f"{value}\n".replace(".", ",") for value in values))
    assert read_weights(tmp_path, "float64")[2].tolist() == values


def test_commas_that_may_be_two_things_are_refused(tmp_path: Path) -> None:
    for part in ("kernel", "recurrent_kernel"):
        (tmp_path / f"{part}.csv").write_text("0.5,1.5,2.5,3.5\n")
    (tmp_path / "bias.csv").write_text("0,5\n1,25\n2,75\n3,1\n")
    assert refusal_of(tmp_path) == (
        "bias.csv: line 1, column 1 (A1): the comma in '0,5' may be a decimal sign or not; "
        "save the file again with decimal points"
    )


def test_a_first_row_of_numbers_that_may_be_labels_is_refused(weight_set: WeightSet) -> None:
    weight_set.write("kernel.csv", ",".join(map(str, range(1, 21))) + "\n" + weight_set.text("kernel.csv"))
    assert refusal_of(weight_set.folder) == (
        "kernel.csv: line 1, column 1 (A1): the first row may be labels or weights; "
        "expected labels such as i_0; take the row out where it is none"
    )


def test_the_place_of_a_fault_counts_the_labels(weight_set: WeightSet) -> None:
    write_labelled(weight_set)
    text = weight_set.text("recurrent_kernel.csv")
    cell = text.splitlines()[2].split(";")[3]
    weight_set.write("recurrent_kernel.csv", text.replace(cell, "#WERT!"))
    found = "recurrent_kernel.csv: line 3, column 4 (D3): '#WERT!' is the error value"
    assert refusal_of(weight_set.folder).startswith(found)


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("x", "'x' is not a number"),
        ("1.2.3", "'1.2.3' is not a number"),
        ("nan", "'nan' is no weight"),
        ("-inf", "'-inf' is no finite weight"),
        ("", "the cell is blank"),
        ("1e999", "'1e999' is too large for a float64"),
    ],
    ids=["letter", "two_points", "nan", "inf", "blank", "beyond_float64"],
)
@pytest.mark.parametrize("name", ["kernel.csv", "recurrent_kernel.csv"])
def test_what_is_no_weight_is_refused_with_its_place(weight_set: WeightSet, name: str, cell: str, found: str) -> None:
    weight_set.write_cell(name, 2, 3, cell)
    assert refusal_of(weight_set.folder).startswith(f"{name}: line 2, column 3 (C2): {found};")


def test_a_row_without_its_last_cell_is_refused_with_its_place(weight_set: WeightSet) -> None:
    rows = weight_set.text("kernel.csv").splitlines()
    weight_set.write("kernel.csv", "\n".join([rows[0], rows[1], rows[2].rpartition(",")[0]]) + "\n")
    assert refusal_of(weight_set.folder).startswith("kernel.csv: line 3, column 20 (T3): the row ends after 19 of 20")


@pytest.mark.parametrize(("dtype", "cell"), [("float16", "7e4"), ("float32", "-1e39")])
def test_a_weight_too_large_for_the_dtype_is_refused_with_its_place(
    weight_set: WeightSet, dtype: str, cell: str
) -> None:
    weight_set.write_cell("recurrent_kernel.csv", 4, 2, cell)
    assert refusal_of(weight_set.folder, dtype) == (
        f"recurrent_kernel.csv: line 4, column 2 (B4): {float(cell)!r} is too large for {dtype}; "
        "read it with a wider dtype"
    )
    assert read_weights(weight_set.folder, "float64")[1][3, 1] == float(cell)


def test_the_place_in_a_bias_column_is_the_line(weight_set: WeightSet) -> None:
    weight_set.write("bias.csv", "0.5\n" * 6 + "1e39\n" + "0.5\n" * 13)
    assert refusal_of(weight_set.folder).startswith("bias.csv: line 7, column 1 (A7): 1e+39 is too large for float32")


@pytest.mark.parametrize("dtype", ["int32", "bool", "complex64"])
def test_a_dtype_that_cannot_hold_weights_is_refused(weight_set: WeightSet, dtype: str) -> None:
    assert dtype in refusal_of(weight_set.folder, dtype)
