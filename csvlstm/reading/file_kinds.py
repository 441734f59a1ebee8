"""What a file is that is given as CSV text, or as a checkpoint, and is neither: told by its first bytes.

Sources: the signatures of each format's own documentation; numpy/lib/format.py, onnx.proto, and the eight bytes of
length before the header of safetensors.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from ..errors import CsvLstmError, Place


class Kind(NamedTuple):
    """A kind of file: what is said of one, and the way out of it."""

    found: str
    advice: str


ENOUGH = 1 << 16
"""So many bytes of the beginning, and of the end, tell a kind."""

_SAVE = "np.savetxt(file, array, delimiter=',')"
_EACH = f"save each array with {_SAVE}"
_TENSORS = "np.savetxt(file, tensor.detach().double().numpy(), delimiter=',')"
_TORCH = Kind(
    "is a file of PyTorch",
    f"load it with torch.load(..., map_location='cpu'), and save each tensor with {_TENSORS}; those of an nn.LSTM are "
    "of the layout pytorch, not tf1",
)
_WORKBOOK = Kind(
    "is a workbook of a spreadsheet",
    "write all digits of its cells with pandas.read_excel(..., header=None).to_csv(..., header=False, index=False)",
)
_KERAS = "those of a Keras layer are of the layout keras, not tf1"

_BINARY: tuple[tuple[bytes, Kind], ...] = (
    (rb"\x93NUMPY", Kind("is an array of numpy (.npy)", "write it with np.savetxt(file, np.load(...), delimiter=',')")),
    (
        rb"\x89HDF\r\n",
        Kind("is an HDF5 file (.h5), as Keras saves weights", f"open it with h5py, and {_EACH}; {_KERAS}"),
    ),
    (
        rb"MATLAB 7\.3 MAT-file",
        Kind("is a file of MATLAB 7.3 (.mat)", f"save it with '-v7', load that with scipy.io.loadmat, and {_EACH}"),
    ),
    (rb"MATLAB 5\.0 MAT-file", Kind("is a file of MATLAB (.mat)", f"load it with scipy.io.loadmat, and {_EACH}")),
    (
        rb"PAR1",
        Kind("is a Parquet file", "write it with pandas.read_parquet(...).to_csv(..., index=False)"),
    ),
    (
        rb"ARROW1|FEA1",
        Kind("is a Feather file", "write it with pandas.read_feather(...).to_csv(..., index=False)"),
    ),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _WORKBOOK),
    (rb"\x80[\x02-\x05].{0,2}\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19", _TORCH),
    (
        rb"\x80[\x02-\x05]|cnumpy\.core|\(d?l?p0\n",
        Kind("is a pickle of Python", f"load it where it was made, and {_EACH}"),
    ),
    (
        rb"\x08[\x03-\x1f][\x12\x1a\x22\x28\x32\x3a\x42]",
        Kind(
            "is an ONNX model",
            f"read its W, R and B with onnx.numpy_helper.to_array, and save W[0], R[0] and B with {_SAVE}; those of an "
            "LSTM node are of the layout onnx, not tf1",
        ),
    ),
    (rb".{4}TFL3", Kind("is a TensorFlow Lite model", "export the weights from the model that it was made of")),
    (
        rb".{3}\0{5}\{\s*\"",
        Kind("is a safetensors file", f"load it with safetensors.numpy.load_file, and {_EACH}; say their layout"),
    ),
    (rb"GGUF", Kind("is a GGUF model", "export the weights from the model that it was made of")),
    (rb"%PDF-", Kind("is a PDF", "export the weights themselves; a page shows rounded numbers")),
)

_IN_ZIP: tuple[tuple[bytes, Kind], ...] = (
    (rb"xl/w|application/vnd\.oasis\.opendocument\.spreadsheet|Index/Document\.iwa", _WORKBOOK),
    (
        rb"model\.weights\.h5",
        Kind(
            "is a model of Keras (.keras)",
            f"load it with Keras, and save each array of layer.get_weights() with {_SAVE}; {_KERAS}",
        ),
    ),
    (rb"/data\.pkl", _TORCH),
    (rb"\.npy", Kind("is a zip of numpy arrays (.npz)", f"load it with np.load, and {_EACH}")),
    (rb"", Kind("is a zip file", "unpack it, and give the files in it")),
)

_NO_JSON = rb"(?!(?s:.*)(?:\.\.\.|\][ \t]*\r?\n\s*\[))"
"""What numpy prints where it left out cells, and rows without a comma between them, are no JSON."""

_BEFORE_C = rb"(?:\s|/\*(?s:.*?)\*/|//[^\n]*\n)*+"
_DECLARES = rb"(?:#(?:define|include|ifn?def|pragma)\b|(?:static|const|extern|float|double|int\d*(?:_t)?)\s[^{;\n]*=)"
_TEXT: tuple[tuple[bytes, Kind], ...] = (
    (
        rb"version https://git-lfs\.github\.com/",
        Kind("is a pointer of Git LFS, and not the file itself", "fetch it with git lfs pull"),
    ),
    (
        rb"/annex/objects/",
        Kind("is a pointer of git-annex, and not the file itself", "fetch it with git annex get"),
    ),
    (rb"(?i:\s*<(?:!doctype html|html)\b)", Kind("is a web page", "download the file itself, in its raw form")),
    (
        _NO_JSON + rb"\s*(?:\{\s*(?:\"|\}\s*$)|\[[\[\s]*(?:\{|\"|[+-]?\d[\d.eE+-]*\s*[,\]]))(?s:.*)[\]}]\s*$",
        Kind("is JSON", f"load it with json.load, and {_EACH}"),
    ),
    (
        _BEFORE_C + rb"(?:" + _DECLARES + rb"(?s:[^{]*)\{|\{\s*[{\d.+-](?s:.*)\}[\s;,]*$)",
        Kind(
            "is C source",
            "leave out all but the numbers, with commas between them and one row of the array in each line",
        ),
    ),
)
_Search = Callable[[bytes, bytes, re.RegexFlag], re.Match[bytes] | None]
_BOM = b"\xef\xbb\xbf"


def kind_of(data: bytes) -> Kind | None:
    r"""Tell what bytes are that are neither a table of text nor a checkpoint; None where nothing shows it.

    >>> kind_of(b"version https://git-lfs.github.com/spec/v1\n").advice, kind_of(b"0.5,0.25\n")
    ('fetch it with git lfs pull', None)
    """
    # Most files begin as a number does, and need no pattern.
    if data[:1] in b"0123456789-+.,;" and b"\0" not in data[:16]:
        return None
    glance = data if len(data) <= 2 * ENOUGH else data[:ENOUGH] + data[-ENOUGH:]
    if data.startswith(b"PK\x03\x04"):
        return _first(_IN_ZIP, glance, re.search)
    return _first(_BINARY, glance, re.match) or _first(_TEXT, glance.removeprefix(_BOM), re.match)


def _first(kinds: tuple[tuple[bytes, Kind], ...], glance: bytes, search: _Search) -> Kind | None:
    return next((kind for form, kind in kinds if search(form, glance, re.DOTALL)), None)


def refuse_kind(data: bytes, name: str, expected: str) -> None:
    """Refuse a file of another kind than was expected, by its name and with the way out of it."""
    if kind := kind_of(data):
        raise CsvLstmError(kind.found, Place(name), expected=expected, advice=kind.advice)
