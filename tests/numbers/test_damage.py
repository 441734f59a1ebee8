"""Damage that leaves numbers is said, with the count and the first cell, and no undamaged file is accused."""

from pathlib import Path

import numpy as np
import pytest

from csvlstm.commands.cli import main
from csvlstm.errors import CsvLstmError
from csvlstm.layouts.gates import Sizes
from csvlstm.numbers.damage import damage_of
from csvlstm.reading.shapes import DEFAULTS, Options
from csvlstm.reading.tables import Table, read_pair
from tests.accidents import (
    ACCIDENTS,
    POINTED,
    SCALES,
    SHARES,
    SIZES,
    WAYS,
    LostPoints,
    as_thousands,
    damaged,
    drawn,
    pointless,
    printed,
    singles,
    undamaged,
)
from tests.seeds import SEED, some_of

REAL = Path(__file__).parent.parent / "damaged"
KEEP_AWAY = "export the weights again, and let no spreadsheet save them"
SHAPE = Sizes(8, 16)
FEW_DIGITS = {"%.3f", "%.4f", "%.5f", "%.6f", "%.7f", "%.5g"}
Rows = list[list[str]]


def real(name: str) -> Rows:
    return [line.split(",") for line in (REAL / name).read_text().splitlines()]


def table(folder: Path, rows: Rows, sizes: Sizes = SHAPE, options: Options = DEFAULTS) -> Table:
    """Write rows as a kernel, and read it beside an undamaged bias."""
    (folder / "k.csv").write_text("".join(",".join(row) + "\n" for row in rows))
    np.savetxt(folder / "b.csv", np.random.default_rng(9).standard_normal(sizes.columns))
    return read_pair(str(folder / "k.csv"), str(folder / "b.csv"), sizes, options).kernel


def said(folder: Path, rows: Rows, sizes: Sizes = SHAPE) -> list[str]:
    return [str(damage).removeprefix(f"{folder}/") for damage in damage_of(table(folder, rows, sizes))]


def kernel(sizes: Sizes = SHAPE, scale: float = 0.05) -> np.ndarray:
    return singles(drawn(sizes, scale, seed=0)[0])


@pytest.mark.parametrize("name", ["original.csv", "saved_again.csv"])
def test_what_a_spreadsheet_saved_whole_is_not_damaged(name: str, tmp_path: Path) -> None:
    assert said(tmp_path, real(name)) == []


def test_cells_that_a_spreadsheet_cut_are_counted_and_the_first_is_named(tmp_path: Path) -> None:
    assert said(tmp_path, real("language_set.csv")) == [
        "k.csv: line 1, column 7 (G1): 3 numbers have only 3 significant digits, cut by a spreadsheet; "
        f"the first is '-4.45E-05'; {KEEP_AWAY}"
    ]


def test_cells_that_a_german_spreadsheet_cut_are_the_same(tmp_path: Path) -> None:
    text = (REAL / "semicolon_decimal_comma.csv").read_text()
    rows = [line.replace(",", ".").split(";") for line in text.splitlines()]
    assert said(tmp_path, rows) == said(tmp_path, real("language_set.csv"))


@pytest.mark.parametrize(("form", "kind"), [("{:.2E}", "cut"), ("{:.2e}", "rounded")])
def test_cut_cells_beside_large_numbers_are_not_called_decimals_of_all(tmp_path: Path, form: str, kind: str) -> None:
    weights = kernel(scale=1.0)
    small = np.random.default_rng(1).random(weights.shape) < 0.4
    rows = [
        [form.format(weight * 1e-4) if is_small else repr(weight) for weight, is_small in zip(*row, strict=True)]
        for row in zip(weights.tolist(), small.tolist(), strict=True)
    ]
    assert [damage.kind for damage in damage_of(table(tmp_path, rows))] == [kind]


def test_a_single_cell_that_was_cut_is_found(tmp_path: Path) -> None:
    rows = real("original.csv")
    rows = [[cell if "e" not in cell else "0.5" for cell in row] for row in rows]
    rows[5][9] = "-4.45E-05"
    (damage,) = damage_of(table(tmp_path, rows))
    assert (damage.kind, damage.cells, damage.place.address) == ("cut", 1, "J6")


@pytest.mark.parametrize("constant", ["1e-05", "1E-05", "1.0E-5", "2.5E-05"])
def test_a_constant_with_an_exponent_is_no_cut_cell(tmp_path: Path, constant: str) -> None:
    rows = [[cell if "e" not in cell else constant for cell in row] for row in real("original.csv")]
    assert constant in {cell for row in rows for cell in row}
    assert said(tmp_path, rows) == []


def test_a_single_short_cell_without_the_capital_letter_of_spreadsheets_is_not_judged(tmp_path: Path) -> None:
    rows = [[cell if "e" not in cell else "0.5" for cell in row] for row in real("original.csv")]
    rows[5][9] = "-4.45e-05"
    assert said(tmp_path, rows) == []


def test_the_cells_that_a_real_german_spreadsheet_multiplied_are_found(tmp_path: Path) -> None:
    before, after = (np.array(real(f"{name}edge.csv")[1]) for name in ("original_", "german_"))
    (place,) = np.flatnonzero(before == "0.001")
    assert after[place] == "1"
    rows = real("original.csv")
    rows[2][3], rows[4][1] = after[place], "125"
    assert said(tmp_path, rows) == [
        "k.csv: line 3, column 4 (D3): 2 whole numbers among fractions, as if a decimal point was lost; "
        f"the first is '1'; {KEEP_AWAY}"
    ]
    rows[4][1] = "0.125"
    (damage,) = damage_of(table(tmp_path, rows))
    assert (damage.kind, damage.cells) == ("whole", 1)


@pytest.mark.parametrize("constants", [("1.0", "1.0"), ("1", "1"), ("1.0", "-1.0"), ("5", "2", "5", "2")])
def test_whole_numbers_again_and_again_are_constants(tmp_path: Path, constants: tuple[str, ...]) -> None:
    rows = real("original.csv")
    for row, constant in zip(rows, constants, strict=False):
        row[7] = constant
    assert said(tmp_path, rows) == []


@pytest.mark.parametrize(
    ("form", "kept"),
    [("%.4f", "4 decimals"), ("%.1f", "1 decimal"), ("%.3e", "4 significant digits"), ("%.6g", "6 significant digits")],
)
def test_rounded_numbers_are_counted_and_told_by_what_they_keep(tmp_path: Path, form: str, kept: str) -> None:
    rows = printed(kernel(scale=5.0 if form == "%.1f" else 0.05), lambda number: form % number)
    (damage,) = damage_of(table(tmp_path, rows))
    assert (damage.kind, damage.place.address) == ("rounded", "A1")
    assert damage.cells == sum(float(cell) != 0 for row in rows for cell in row)
    assert damage.found == (
        f"all {damage.cells:,} numbers have at most {kept}, fewer than float32 needs; the first is {rows[0][0]!r}"
    )
    assert damage.advice == "export the weights again, with fmt='%.9g' or more digits"


def test_one_number_with_all_its_digits_shows_that_the_others_were_not_rounded(tmp_path: Path) -> None:
    rows = printed(kernel(Sizes(100, 32)), lambda number: f"{number:.4f}")
    assert len(said(tmp_path, rows, Sizes(100, 32))) == 1
    rows[77][55] = "0.084526286"
    assert said(tmp_path, rows, Sizes(100, 32)) == []


@pytest.mark.parametrize("frame", ["bare", "header and index", "transposed", "flat"])
def test_the_first_cell_is_that_of_the_file(tmp_path: Path, frame: str) -> None:
    rows, options, address = real("language_set.csv"), Options(), "G1"
    if frame == "header and index":
        rows = [["", *map(str, range(64))], *([str(at), *row] for at, row in enumerate(rows))]
        address = "H2"
    elif frame == "transposed":
        rows, options, address = [list(column) for column in zip(*rows, strict=True)], Options(transposed=True), "A7"
    elif frame == "flat":
        rows, address = [[cell] for row in rows for cell in row], "A7"
    (damage,) = damage_of(table(tmp_path, rows, SHAPE, options))
    assert (damage.place.address, damage.cells) == (address, 3)
    assert "'-4.45E-05'" in damage.found


@pytest.mark.parametrize(
    ("rows", "columns", "sizes", "found"),
    [
        (2**20, 1, Sizes(768, 256), "exactly 1,048,576 rows"),
        (1, 2**14, Sizes(4095, 1), "exactly 16,384 columns"),
    ],
    ids=["rows", "columns"],
)
@pytest.mark.parametrize(("cell", "is_said"), [("0.5", True), ("5e-1", False)], ids=["a spreadsheet's", "numpy's"])
def test_a_table_that_ends_where_spreadsheets_stop_is_said_where_one_may_have_saved_it(
    tmp_path: Path, rows: int, columns: int, sizes: Sizes, found: str, cell: str, is_said: bool
) -> None:
    damage = [str(one) for one in damage_of(table(tmp_path, [[cell] * columns] * rows, sizes))]
    sentence = (
        f"{tmp_path / 'k.csv'}: {found}, as many as a spreadsheet keeps: the rest may have been cut off; {KEEP_AWAY}"
    )
    assert damage == ([sentence] if is_said else [])


@pytest.mark.parametrize("values", [20_000, 2**14], ids=["bias whole", "bias cut, too"])
def test_a_refused_size_tells_that_a_spreadsheet_may_have_cut_the_table(tmp_path: Path, values: int) -> None:
    (tmp_path / "k.csv").write_text(("0.5," * (2**14 - 1) + "0.5\n") * 3)
    (tmp_path / "b.csv").write_text("0.5," * (values - 1) + "0.5\n")
    with pytest.raises(CsvLstmError) as caught:
        read_pair(str(tmp_path / "k.csv"), str(tmp_path / "b.csv"), Sizes(7, 5000))
    limit = "k.csv has exactly 16,384 columns, as many as a spreadsheet keeps: was the rest cut off?"
    assert str(caught.value).endswith(limit)


def test_damage_is_refused_where_none_is_allowed(tmp_path: Path) -> None:
    with pytest.raises(
        CsvLstmError, match=r"k\.csv: line 1, column 7 \(G1\): 3 numbers have only 3 significant digits"
    ):
        damage_of(table(tmp_path, real("language_set.csv")), allowed=False)
    assert damage_of(table(tmp_path, real("original.csv")), allowed=False) == []


@pytest.mark.parametrize("scale", [1e-320, 1e-310, 1e-45, 1e-39, 1e38, 1e39, 1e307])
@pytest.mark.parametrize("form", ["%.17g", "%.18e", "%.9g", "%r"])
def test_numbers_at_the_ends_of_the_range_are_not_accused(tmp_path: Path, scale: float, form: str) -> None:
    values = drawn(SHAPE, scale, seed=3)[0]
    assert said(tmp_path, printed(values, lambda number: form % number)) == []
    beside = kernel()
    beside[::5, ::3] = values[::5, ::3]
    assert said(tmp_path, printed(beside, lambda number: form % number)) == []


def test_a_hand_made_example_is_not_accused(tmp_path: Path) -> None:
    assert said(tmp_path, [["0.1", "0.2", "0.3", "0.4"], ["-0.5", "0.6", "-0.7", "0.8"]], Sizes(1, 1)) == []


@pytest.mark.parametrize("count", [1, pytest.param(2, marks=pytest.mark.mass)])
@some_of("sizes", SIZES[:-2], few=3)
def test_no_undamaged_set_is_accused(tmp_path: Path, sizes: Sizes, count: int) -> None:
    found = list(undamaged(tmp_path, range(SEED, SEED + count), [sizes], SCALES if count > 1 else (1e-4, 0.3, 1e3)))
    assert len(found) > 400 * count
    assert [one for one in found if one[1]] == []


@pytest.mark.parametrize("sizes", SIZES[-2:], ids=str)
@pytest.mark.mass
def test_no_large_undamaged_set_is_accused(tmp_path: Path, sizes: Sizes) -> None:
    assert [one for one in undamaged(tmp_path, range(SEED, SEED + 1), [sizes]) if one[1]] == []


@pytest.mark.parametrize("name", ACCIDENTS)
def test_each_accident_is_said(tmp_path: Path, name: str) -> None:
    accident = ACCIDENTS[name]
    found = [one for sizes in SIZES[-3:] for one in damaged(tmp_path, accident, sizes, range(1))]
    assert found
    assert [one for one in found if one != [accident.kind]] == []


@pytest.mark.parametrize("of_bias", [False, True], ids=["kernel", "bias"])
@some_of("share", list(SHARES), few=2)
@pytest.mark.parametrize("form", POINTED)
def test_lost_points_are_said_in_every_format_and_share(tmp_path: Path, form: str, share: str, of_bias: bool) -> None:
    """Few digits, all of them whole, are those of quantised weights, too: the behaviour half warns of these."""
    is_few = (form in FEW_DIGITS and share == "all") or (form, share) == ("%.3f", "all but one")
    ways = ["zeros kept"] if is_few else list(WAYS)
    for way in ways:
        found = list(pointless(tmp_path, LostPoints(form, way, share, of_bias), Sizes(6, 12), range(2), (0.3, 1.0)))
        assert [one for one in found if "whole" not in one] == [], way


@pytest.mark.parametrize(
    ("cell", "said_of_it"),
    [
        (
            "00879814848",
            "1 number written as no program does, as if a decimal point was lost; the first is '00879814848'",
        ),
        (
            "-114236975e-03",
            "1 number written as no program does, as if a decimal point was lost; the first is '-114236975e-03'",
        ),
        ("114236975", "1 whole number among fractions, as if a decimal point was lost; the first is '114236975'"),
        (
            "1.14236974716187E+17",
            "1 number far beyond the others, as if a decimal point was lost; the first is '1.14236974716187E+17'",
        ),
    ],
)
def test_one_cell_that_lost_its_point_is_named(tmp_path: Path, cell: str, said_of_it: str) -> None:
    rows = real("original.csv")
    rows[2][3] = cell
    assert said(tmp_path, rows) == [f"k.csv: line 3, column 4 (D3): {said_of_it}; {KEEP_AWAY}"]


@pytest.mark.parametrize("cell", ["114236975", "1826756559957423249475722280960", "5", "0.5"])
@pytest.mark.parametrize("bias", [1, 2, 3, 4])
def test_a_few_numbers_alone_are_no_reason_to_stop(
    tmp_path: Path, cell: str, bias: int, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "k.csv").write_text("0.0,1.0,2.0,3.0\n4.0,5.0,6.0,7.0\n")
    (tmp_path / "b.csv").write_text("\n".join([cell] * bias) + "\n")
    assert main(["inspect", str(tmp_path / "k.csv"), str(tmp_path / "b.csv")]) in (0, 2)
    assert main(["inspect", str(tmp_path / "b.csv")]) in (0, 2)


def test_points_lost_everywhere_are_said_of_all(tmp_path: Path) -> None:
    rows = printed(kernel(), lambda number: as_thousands(f"{number:.9g}"))
    most = "nearly all numbers are whole, and most have 7 digits or more, as if the decimal points were lost"
    assert said(tmp_path, rows) == [f"k.csv: line 1, column 1 (A1): {most}; the first is {rows[0][0]!r}; {KEEP_AWAY}"]


@pytest.mark.parametrize("scale", [1e5, 1e6, 1e7, 1e8, 1e9])
@pytest.mark.parametrize("form", ["%.9g", "%.17g", "%.15g", "%.12f"])
def test_real_large_weights_are_not_accused_alone_or_beside_small_ones(tmp_path: Path, scale: float, form: str) -> None:
    values = kernel(scale=scale)
    assert said(tmp_path, printed(values, lambda number: form % number)) == []
    beside = kernel()
    beside[::5, ::3] = values[::5, ::3]
    assert said(tmp_path, printed(beside, lambda number: form % number)) == []
