"""The weights of an array as files of other kinds than CSV, as the programs that make those write them."""

import json
import pickle
import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.io import savemat  # type: ignore[import-untyped]
from xlsxwriter import Workbook

Rows = list[list[str]]
Array = NDArray[np.float32]


class OtherKind(NamedTuple):
    """How weights are written, and what is said of such a file: found and the beginning of the way out."""

    write: Callable[[Array, Rows], bytes]
    said: str


def _saved(save: Callable[[BytesIO], object]) -> bytes:
    file = BytesIO()
    save(file)
    return file.getvalue()


def _workbook(array: Array, _: Rows) -> bytes:
    def save(file: BytesIO) -> None:
        with Workbook(file) as book:
            sheet = book.add_worksheet()
            for row, cells in enumerate(array.tolist()):
                sheet.write_row(row, 0, cells)

    return _saved(save)


def _zip(name: str) -> Callable[[Array, Rows], bytes]:
    def write(array: Array, _: Rows) -> bytes:
        def save(file: BytesIO) -> None:
            with zipfile.ZipFile(file, "w") as packed:
                packed.writestr(name, array.tobytes())

        return _saved(save)

    return write


def _behind(start: bytes) -> Callable[[Array, Rows], bytes]:
    return lambda array, _: start + array.tobytes()


def _braces(rows: Rows, letter: str = "") -> str:
    return "{" + ",\n ".join("{" + ", ".join(f"{cell}{letter}" for cell in row) + "}" for row in rows) + "}"


def _safetensors(array: Array, _: Rows) -> bytes:
    shape = {"kernel": {"dtype": "F32", "shape": array.shape, "data_offsets": [0, array.nbytes]}}
    header = json.dumps(shape).encode()
    return len(header).to_bytes(8, "little") + header + array.tobytes()


SAVE = "np.savetxt(file, array, delimiter=',')"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 2140\n"
MATLAB_73 = b"MATLAB 7.3 MAT-file, Platform: GLNXA64" + bytes(474) + b"\x89HDF\r\n\x1a\n"

KINDS = {
    "Git LFS": OtherKind(lambda *_: POINTER, "is a pointer of Git LFS, and not the file itself; {}; fetch it with git"),
    "git-annex": OtherKind(lambda *_: b"/annex/objects/SHA256E-s21--4d7a.csv\n", "is a pointer of git-annex"),
    "web page": OtherKind(lambda *_: b"\n<!DOCTYPE html>\n<html>0.5</html>\n", "is a web page; {}; download the file"),
    "npy": OtherKind(
        lambda array, _: _saved(lambda file: np.save(file, array)), "is an array of numpy (.npy); {}; write it with np."
    ),
    "npz": OtherKind(
        lambda array, _: _saved(lambda file: np.savez(file, kernel=array)),
        f"is a zip of numpy arrays (.npz); {{}}; load it with np.load, and save each array with {SAVE}",
    ),
    "npz, compressed": OtherKind(
        lambda array, _: _saved(lambda file: np.savez_compressed(file, kernel=array)), "is a zip of numpy arrays (.npz)"
    ),
    "mat": OtherKind(
        lambda array, _: _saved(lambda file: savemat(file, {"kernel": array})),
        "is a file of MATLAB (.mat); {}; load it with scipy.io.loadmat, and save each array",
    ),
    "mat 7.3": OtherKind(_behind(MATLAB_73), "is a file of MATLAB 7.3 (.mat); {}; save it with '-v7'"),
    "h5": OtherKind(_behind(b"\x89HDF\r\n\x1a\n"), "is an HDF5 file (.h5), as Keras saves weights; {}; open it with"),
    "keras": OtherKind(_zip("model.weights.h5"), "is a model of Keras (.keras); {}; load it with Keras"),
    "xlsx": OtherKind(_workbook, "is a workbook of a spreadsheet; {}; write all digits of its cells with pandas.read_"),
    "xls": OtherKind(_behind(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "is a workbook of a spreadsheet"),
    "zip": OtherKind(_zip("kernel.csv"), "is a zip file; {}; unpack it"),
    "pt": OtherKind(_zip("archive/data.pkl"), "is a file of PyTorch; {}; load it with torch.load(..., map_location="),
    "old pth": OtherKind(_behind(b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9"), "is a file of PyTorch"),
    "pickle": OtherKind(lambda array, _: pickle.dumps(array), "is a pickle of Python; {}; load it where it was made"),
    "onnx": OtherKind(_behind(b"\x08\x08\x12\x07pytorch"), "is an ONNX model; {}; read its W, R and B with onnx."),
    "onnx without a producer": OtherKind(_behind(b"\x08\x0a:\xb5\x01\n"), "is an ONNX model"),
    "tflite": OtherKind(_behind(b"\x1c\0\0\0TFL3"), "is a TensorFlow Lite model"),
    "safetensors": OtherKind(_safetensors, "is a safetensors file; {}; load it with safetensors.numpy.load_file"),
    "parquet": OtherKind(_behind(b"PAR1"), "is a Parquet file; {}; write it with pandas.read_parquet(...).to_csv("),
    "feather": OtherKind(_behind(b"ARROW1\0\0"), "is a Feather file; {}; write it with pandas.read_feather"),
    "gguf": OtherKind(_behind(b"GGUF\3\0\0\0"), "is a GGUF model"),
    "pdf": OtherKind(lambda *_: b"%PDF-1.7\n0.5,0.25\n", "is a PDF"),
    "JSON list": OtherKind(
        lambda array, _: json.dumps(array.tolist()).encode(), f"is JSON; {{}}; load it with json.load, and save each "
        f"array with {SAVE}"
    ),
    "JSON list, in lines": OtherKind(lambda array, _: json.dumps(array.tolist(), indent=1).encode(), "is JSON; {}"),
    "JSON object": OtherKind(lambda array, _: json.dumps({"kernel": array.tolist()}).encode(), "is JSON; {}"),
    "C braces": OtherKind(lambda _, rows: f"{_braces(rows)};\n".encode(), "is C source; {}; leave out all but the"),
    "C define": OtherKind(lambda _, rows: b"#define K " + _braces(rows).encode(), "is C source; {}"),
    "C declaration": OtherKind(
        lambda _, rows: f"// 0\n#include <a.h>\nstatic const float K[8][20] = {_braces(rows, 'f')};\n".encode(),
        "is C source; {}",
    ),
    "C, one brace": OtherKind(
        lambda _, rows: ("const float K[] = {\n" + re.sub("[{}]", "", _braces(rows)) + "\n};\n").encode(), "is C source"
    ),
}  # fmt: skip
"""Kinds that are named by their first bytes; {} stands for what was expected."""


def _spelled(form: str) -> Callable[[Array, Rows], bytes]:
    return lambda _, rows: "".join(",".join(form.format(cell) for cell in row) + "\n" for row in rows).encode()


SPELLINGS = {
    "0.5f": OtherKind(_spelled("{}f"), "has the letter of a type of C"),
    "np.float32(0.5)": OtherKind(_spelled("np.float32({})"), "is a number as Python shows it"),
    "np.float64(0.5)": OtherKind(_spelled("np.float64({})"), "is a number as Python shows it"),
    "tensor(0.5)": OtherKind(_spelled("tensor({})"), "is a number as Python shows it"),
    "[0.5]": OtherKind(_spelled("[{}]"), "has a bracket of a printed array"),
}
"""Ways to spell each number that are none of a CSV; the first one is named by its place."""
