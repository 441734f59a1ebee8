"""Fuzzing: files of every form that exports come in, and damaged ones; nothing may be misread in silence.

    python -m tests.fuzz 5000 7        that many exports as they were written, as many damaged, as many with
                                       one bad cell, and as many of other kinds of files, from seed 7

An export as it was written gives exactly the cells that were written, or a refusal that names the option that settles
what could be read in two ways. A damaged one is refused with a place, or read as the reader of fuzz_damage.py reads it,
which is told how the files were written. A share of both goes through the commands.
"""

import json
import re
import sys
import tempfile
import warnings
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import NamedTuple

import numpy as np
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from csvlstm.commands import cli
from csvlstm.commands.arguments import as_option
from csvlstm.errors import CsvLstmError
from csvlstm.reading.tables import WeightSet, read_pair

from .file_kinds import KINDS
from .forms_table import PLAIN, Row, naive_set
from .fuzz_damage import Damage, damages, understood
from .fuzz_forms import UNPACK, Packing, Written, doubts, exports

FUZZED: Counter[str] = Counter()
"""How many exports were made, and how they ended; the summary of the suite shows it."""

commands = st.sampled_from([None, None, None, "convert", "check", "inspect"])
PARTS = ("kernel", "recurrent_kernel", "bias")

kinds = st.sampled_from([*KINDS])
packings = st.sampled_from([*UNPACK])
places = st.integers(0, 9999)
bad_cells = st.sampled_from(
    [
        "#NAME?",
        "nan",
        "-inf",
        "--1",
        "1e",
        "1_0",
        "0x1",
        "\u22121",
        "\u20131",
        "O.5",
        "l2",
        "weights",
        "1e999",
        "[1",
        "{1",
        "1f",
        "float32(1)",
        "tensor(1)",
    ]
)


class Run(NamedTuple):
    """How a command ended."""

    code: int
    stdout: str
    stderr: str


class Bench:
    """A folder in which exports are written and read."""

    def __init__(self, folder: str) -> None:
        self.paths = f"{folder}/kernel.csv", f"{folder}/bias.csv"
        self.converted = Path(folder, "converted")
        self.converted.mkdir()

    def expect_as_written(self, written: Written, command: str | None) -> None:
        """Hold an undamaged export to its cells, or to the option that settles in which of two ways it is read."""
        self._write(written.kernel.write(), written.bias.write())
        found = self._read(written)
        row = written.row(written.kernel.weights, written.bias.weights[0])
        if isinstance(found, CsvLstmError):
            o = written.options
            said = {"--header": o.header_row, "--index": o.index_column, "--decimal": o.decimal or o.delimiter}
            allowed = {option for option in doubts(written.kernel) | doubts(written.bias) if said[option] is None}
            assert any(f"expected {option} " in found.said(as_option) for option in allowed), str(found)
            FUZZED["undamaged, refused in doubt"] += 1
            self._expect_refusal(command, row, found)
        else:
            FUZZED["undamaged, read"] += 1
            self._expect_cells(found, row)
            self._expect_commands(command, row)

    def expect_right_or_refused(self, written: Written, damage: Damage, command: str | None) -> None:
        """Hold a damaged export to a refusal with a place, or to the reader that knows how it was written."""
        table, data = (written.kernel, written.bias), damage.files(written)
        self._write(*data)
        found = self._read(written)
        cells = [understood(file, one, written.options) for file, one in zip(table, data, strict=True)]
        row = written.row(cells[0] or written.kernel.weights, (cells[1] or written.bias.weights)[0])
        if isinstance(found, CsvLstmError):
            FUZZED["damaged, refused"] += 1
            self._expect_refusal(command, row, found)
        else:
            FUZZED["damaged, read rightly"] += 1
            assert all(cells), (data, found.kernel.text, found.bias.text)
            # Without its line ends, a column between delimiters has become a row.
            row = row._replace(bias_is_column=found.bias.form.grid.columns == 1)
            self._expect_cells(found, row)
            self._expect_commands(command, row)

    def expect_place(self, written: Written, of_bias: bool, place: int, cell: str) -> None:
        """Hold the refusal of one bad cell to its line and column in the file, whatever stands above and beside it."""
        file = written.bias if of_bias else written.kernel
        number = place % (file.shape[0] * file.shape[1])
        bad = file.with_cell(number, cell)
        damaged = written._replace(bias=bad) if of_bias else written._replace(kernel=bad)
        self._write(damaged.kernel.write(), damaged.bias.write())
        found = self._read(damaged)
        assert isinstance(found, CsvLstmError)
        row, column = divmod(number, file.shape[1])
        line = file.dialect.above.count("\n") + bool(file.header_row) + row + 1
        here = self.paths[of_bias], line, bool(file.index_column) + column + 1
        allowed = set().union(*(doubts(file) for one in (written, damaged) for file in (one.kernel, one.bias)))
        is_doubt = any(f"expected {option} " in found.said(as_option) for option in allowed)
        assert found.place == here or is_doubt, found.said(as_option)
        FUZZED["one bad cell, refused in doubt" if is_doubt else "one bad cell, named by its place"] += 1

    def expect_kind(self, written: Written, of_bias: bool, kind: str, packing: Packing, command: str | None) -> None:
        """Hold a file of another kind to its name, whatever the size of its weights and whether it is packed."""
        files = [written.kernel.write(), written.bias.write()]
        rows = (written.kernel, written.bias)[of_bias].weights
        files[of_bias] = packing(KINDS[kind].write(np.array(rows, dtype=np.float64).astype(np.float32), rows))
        self._write(*files)
        found = self._read(written)
        assert isinstance(found, CsvLstmError)
        said = KINDS[kind].said.format("expected CSV text")
        assert found.said(as_option).startswith(f"{self.paths[of_bias]}: {said}"), str(found)
        FUZZED["another kind of file, named"] += 1
        self._expect_refusal(command, written.row(written.kernel.weights, written.bias.weights[0]), found)

    def expect_refused(self, written: Written, sentence: str, kind: str, command: str | None) -> None:
        """Hold an export that belongs to no cell of these sizes, or is out of order, to a refusal in these words."""
        self._write(written.kernel.write(), written.bias.write())
        found = self._read(written)
        assert isinstance(found, CsvLstmError), (written.kernel.write(), found.kernel.text)
        is_doubt = any(
            f"expected {option} " in found.said(as_option) for option in ("--header", "--index", "--decimal")
        )
        assert re.search(sentence, found.said(as_option)) or is_doubt, found.said(as_option)
        FUZZED[kind if not is_doubt else "refused in doubt"] += 1
        if command != "inspect":
            self._expect_refusal(command, written.row(written.kernel.weights, written.bias.weights[0]), found)

    def _write(self, *data: bytes) -> None:
        for path, one in zip(self.paths, data, strict=True):
            Path(path).write_bytes(one)

    def _read(self, written: Written) -> WeightSet | CsvLstmError:
        try:
            export = read_pair(*self.paths, written.sizes, written.options)
            # Asking for the values refuses what is made of the right bytes in the wrong order.
            assert all(np.isfinite(table.values).all() for table in (export.kernel, export.bias))
            return export
        except CsvLstmError as error:
            refused = error
        assert refused.place
        assert refused.place.file in self.paths
        assert len(str(refused).splitlines()) == 1
        return refused

    def _expect_cells(self, export: WeightSet, row: Row) -> None:
        assert export.kernel.text == PLAIN.write(row.kernel)
        assert export.bias.text == PLAIN.write([row.bias])
        assert export.kernel.values.tolist() == [[float(cell) for cell in cells] for cells in row.kernel]
        assert export.bias.values.tolist() == [[float(cell) for cell in row.bias]]

    def _expect_refusal(self, command: str | None, row: Row, error: CsvLstmError) -> None:
        if command == "inspect":
            self._inspect(row)
        elif command:
            self._write_set(row)
            where = ["--stdout", "bias"] if command == "convert" else [str(self.converted)]
            assert self._run(command, row, *where) == (2, "", f"csvlstm: {error.said(as_option)}\n")

    def _expect_commands(self, command: str | None, row: Row) -> None:
        if command == "inspect":
            self._inspect(row)
        elif command == "check":
            self._write_set(row)
            ended = self._run("check", row, str(self.converted))
            assert (ended.code, "identical: 0 of" in ended.stdout) == (0, True), ended
        elif command == "convert":
            for part in PARTS:
                ended = self._run("convert", row, "--stdout", part)
                assert (ended.code, ended.stdout) == (0, naive_set(row)[f"{part}.csv"].decode()), ended

    def _inspect(self, row: Row) -> None:
        ended = run("inspect", *self.paths, *row.options, "--json")
        if ended.code == 0:
            assert json.loads(ended.stdout)["command"] == "inspect"
        else:
            assert (ended.code, f"csvlstm: {json.loads(ended.stdout)['sentence']}\n") == (2, ended.stderr)
            assert re.fullmatch(rf"csvlstm: ({'|'.join(map(re.escape, self.paths))}): [^\n]+\n", ended.stderr), ended

    def _run(self, command: str, row: Row, *where: str) -> Run:
        sizes = zip(("--input-size", "--hidden-size"), map(str, row.sizes), strict=True)
        named = [self.paths[0], self.paths[1], *(where if command == "check" else ())]
        rest = [*row.options, *(() if command == "check" else where)]
        return run(command, *named, *(word for size in sizes for word in size), *rest)

    def _write_set(self, row: Row) -> None:
        for name, data in naive_set(row).items():
            (self.converted / name).write_bytes(data)


def run(*arguments: str) -> Run:
    """Run a command in this process."""
    out, err = TextIOWrapper(BytesIO(), "utf-8", newline=""), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = cli.main(arguments)
    out.flush()
    assert isinstance(out.buffer, BytesIO)
    return Run(code, out.buffer.getvalue().decode(), err.getvalue())


def main(count: int, number: int) -> None:
    """Fuzz, and print how it ended."""
    warnings.simplefilter("error")
    how = settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(folder)
        for check, *more in (
            (bench.expect_as_written, commands),
            (bench.expect_right_or_refused, damages, commands),
            (bench.expect_place, st.booleans(), places, bad_cells),
            (bench.expect_kind, st.booleans(), kinds, packings, commands),
        ):
            seed(number)(how(given(exports(), *more)(check)))()
    for outcome, times in sorted(FUZZED.items()):
        print(f"{times:6} {outcome}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
