"""What cells are worth: every parser gives the bits of float(), and refuses what is no finite decimal number."""

import re
import sys
from collections.abc import Callable
from decimal import Context, Decimal
from unittest.mock import MagicMock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from csvlstm.reading import floats
from csvlstm.reading.floats import parse
from tests.parsers import PARSERS, each_parser, parsing_by
from tests.seeds import SEED, amounts, examples

WEIGHT = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
JSON = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")

Values = NDArray[np.float64]

seeded = examples(100)


def is_a_finite_decimal_number(cell: str) -> bool:
    return WEIGHT.fullmatch(cell) is not None and abs(float(cell)) < float("inf")


def values_of(text: bytes, parser: str, **more: int) -> Values | None:
    with parsing_by(parser, **more):
        return parse(text, text.count(b",") + text.count(b"\n"))


def bits(values: Values | None) -> bytes | None:
    return None if values is None else values.tobytes()


def bits_of_floats(cells: list[str]) -> bytes:
    return np.array([float(cell) for cell in cells]).tobytes()


def lines_of(cells: list[str], cells_per_line: int) -> bytes:
    rows = (cells[at : at + cells_per_line] for at in range(0, len(cells), cells_per_line))
    return "".join(",".join(row) + "\n" for row in rows).encode()


def midpoint(number: float) -> Decimal:
    """Give the exact middle between a number and the next larger one, where rounding is hardest."""
    exact = Context(prec=2000)
    return exact.divide(exact.add(Decimal(number), Decimal(float(np.nextafter(number, np.inf)))), 2)


def any_numbers(count: int, seed: int) -> list[float]:
    """Draw float64 numbers of all magnitudes, denormal ones among them."""
    of_any_bits = np.frombuffer(np.random.default_rng(seed).bytes(8 * count), np.float64)
    denormal = np.random.default_rng(seed).integers(1, 2**52, count // 20).view(np.float64)
    return [float(number) for number in [*of_any_bits, *denormal] if np.isfinite(number)]


def hard_cells() -> list[str]:
    draw = np.random.default_rng(4)
    middles = [str(midpoint(number)) for number in [*draw.standard_normal(60).tolist(), 1.0, 5e-324, 2.0**52]]
    return [*middles, *(middle + "1" for middle in middles if "E" not in middle)]


CELLS_OF_EVERY_KIND = {
    "signs": ["-0", "+0.0", "+.5", "-.5", "+1.", "-7"],
    "zeros": ["-0", "-0", "0", "-0.0", "-0e5", "-0", "0e999", "-0E-999", "-00", "1e-0", "5e-0", "-0"],
    "exponents": ["1e5", "1E5", "1e+05", "1E-05", "-.5e-0", "0e999", "1e-999", "-1e-999", "7.e2"],
    "zeros in front": ["0001", "-000.5", "00e3", "1e0005"],
    "limits": ["1.7976931348623157e308", "1.7976931348623158e308", "5e-324", "2.4703282292062328e-324", "2e-324"],
    "denormal numbers": ["2.2250738585072014e-308", "2.2250738585072011e-308", "-4.9406564584124654e-324", "3e-320"],
    "many digits": ["9" * 300, "0." + 340 * "0" + "123", "1" + 400 * "0" + "e-400", "0." + 800 * "3", "123456789" * 9],
    "5,000 digits": ["0." + 5000 * "7", "-" + 5000 * "1" + "e-4990", "0.5", 4999 * "0" + "3"],
    "integers of 64 bits": ["18446744073709551615", "-9223372036854775808", "9007199254740993", "1152921504606847105"],
    "integers beyond 64 bits": ["18446744073709551616", "-9223372036854775809", "9007199254740993"],
    "hard to round": hard_cells(),
}


@each_parser
@pytest.mark.parametrize("cells", CELLS_OF_EVERY_KIND.values(), ids=CELLS_OF_EVERY_KIND.keys())
def test_a_value_is_the_nearest_to_its_text(parser: str, cells: list[str]) -> None:
    assert bits(values_of(lines_of(cells, len(cells)), parser)) == bits_of_floats(cells)
    # One bad form sends a whole text to another parser: each cell by itself as well.
    for cell in cells:
        assert bits(values_of(f"{cell}\n".encode(), parser)) == bits_of_floats([cell])


@each_parser
@pytest.mark.parametrize("form", ["{!r}", "{:.9g}", "{:.17g}", "{:.18e}", "{:.8E}", "{:.4f}"])
@amounts(few=1_000, many=200_000)
def test_random_numbers_have_the_bits_of_float_in_every_format(parser: str, form: str, count: int) -> None:
    cells = [form.format(number) for number in any_numbers(count, SEED)]
    cells = cells[: len(cells) // 7 * 7]
    assert bits(values_of(lines_of(cells, 7), parser)) == bits_of_floats(cells)


@each_parser
@pytest.mark.parametrize("cells_per_line", [1, 12, 132], ids=["a column", "a matrix", "a row"])
def test_values_come_line_by_line(parser: str, cells_per_line: int) -> None:
    cells = [repr(number) for number in any_numbers(150, SEED)][:132]
    assert bits(values_of(lines_of(cells, cells_per_line), parser)) == bits_of_floats(cells)


BORDERS = [
    *(("simdjson, else pandas", {"PIECE": size}) for size in range(1, 60)),
    *(("pandas", {"_READ_BYTES": size, "_READ_ROWS": rows}) for size in range(1, 30) for rows in (1, 5, 1000)),
]


@pytest.mark.parametrize(("parser", "sizes"), BORDERS, ids=str)
def test_cells_that_cross_the_borders_of_pieces_stay_whole(parser: str, sizes: dict[str, int]) -> None:
    cells = ["-0", "0.25", "-1.5e-3", "7", "-0", "-0.0", "12345678901234567", "1e5", "0", "-0", "3.25e+100", "-0"]
    assert bits(values_of(lines_of(cells, 3), parser, **sizes)) == bits_of_floats(cells)


@pytest.mark.parametrize("parser", ["simdjson, else pandas", "pandas"])
def test_a_text_of_many_pieces_is_parsed_the_same(parser: str) -> None:
    cells = [f"{number:.9g}" for number in np.random.default_rng(9).standard_normal(48_000)]
    text = lines_of(cells, 160)
    assert len(text) > 2 * floats.PIECE > 10 * floats._READ_BYTES
    assert len(cells) > 2 * floats._READ_ROWS
    assert bits(values_of(text, parser)) == bits_of_floats(cells)


numbers = st.from_regex(WEIGHT, fullmatch=True)
near_numbers = st.text("0123456789+-.eE", max_size=12)


@seeded
@given(cell=near_numbers | numbers)
def test_every_parser_takes_exactly_finite_decimal_numbers(cell: str) -> None:
    text = f"0.5,{cell},7.25,-8\n".encode()
    expected = bits_of_floats(["0.5", cell, "7.25", "-8"]) if is_a_finite_decimal_number(cell) else None
    assert {parser: bits(values_of(text, parser)) for parser in PARSERS} == dict.fromkeys(PARSERS, expected)


@each_parser
@pytest.mark.parametrize(
    "text",
    [b"1e999\n", b"0.5,-1e309\n", b"1,,2\n", b",1\n", b"1,\n", b"1\n\n2\n", b"\n1\n", b"\n", b"nan,1\n", b"1,inf\n"],
    ids=repr,
)
def test_what_is_no_finite_weight_is_none(parser: str, text: bytes) -> None:
    assert values_of(text, parser) is None


@each_parser
@pytest.mark.parametrize("cells", [2, 4])
def test_another_number_of_cells_than_was_said_is_none(parser: str, cells: int) -> None:
    with parsing_by(parser):
        assert parse(b"1,2\n3\n", cells) is None


def forbid(patch: pytest.MonkeyPatch, *parsers: str) -> None:
    def refused(*arguments: object) -> Values:
        raise AssertionError

    for parser in parsers:
        patch.setattr(floats, f"_parse_with_{parser}", refused)


@seeded
@given(cells=st.lists(st.from_regex(JSON, fullmatch=True), min_size=1, max_size=9))
def test_what_the_grammar_of_json_has_is_parsed_by_simdjson(cells: list[str]) -> None:
    cells = [cell for cell in cells if "." in cell or len(cell) < 19] or ["0"]
    cells = [cell for cell in cells if abs(float(cell)) < float("inf")] or ["0"]
    with pytest.MonkeyPatch.context() as patch:
        forbid(patch, "numpy", "pandas")
        assert bits(values_of(lines_of(cells, 1), "simdjson, else pandas")) == bits_of_floats(cells)


def by_size(patch: pytest.MonkeyPatch) -> Callable[[int], str]:
    """Give what tells which parser a text of some size goes to first."""
    asked: list[str] = []

    def noting(parser: str) -> Callable[..., Values]:
        def note(*arguments: object) -> Values:
            asked.append(parser)
            return np.zeros(1)

        return note

    for parser in ("numpy", "simdjson", "pandas"):
        patch.setattr(floats, f"_parse_with_{parser}", noting(parser))

    def first(size: int) -> str:
        asked.clear()
        assert parse(b"0." + b"5" * (size - 3) + b"\n", 1) is not None
        return asked[0]

    return first


def test_the_size_of_a_text_decides_which_parser_it_goes_to(monkeypatch: pytest.MonkeyPatch) -> None:
    first = by_size(monkeypatch)
    assert [first(floats.SIMDJSON_FROM - 1), first(floats.SIMDJSON_FROM)] == ["numpy", "simdjson"]
    monkeypatch.setitem(sys.modules, "simdjson", None)
    assert [first(floats.PANDAS_FROM - 1), first(floats.PANDAS_FROM)] == ["numpy", "pandas"]


@pytest.mark.parametrize(("form", "parser"), [("%.17e", "simdjson"), ("%.18e", "pandas"), ("%.9g", "simdjson")])
def test_large_texts_of_long_numbers_go_to_pandas(monkeypatch: pytest.MonkeyPatch, form: str, parser: str) -> None:
    monkeypatch.setattr(floats, "PANDAS_FROM_LONG", floats.SIMDJSON_FROM)
    monkeypatch.setattr(floats, "PANDAS_FROM", floats.SIMDJSON_FROM)
    monkeypatch.setattr(floats, "_is_exact_by_default", lambda: True)
    for name in ("numpy", "simdjson", "pandas"):
        monkeypatch.setattr(floats, f"_parse_with_{name}", MagicMock(return_value=np.zeros(1)))
    numbers = np.random.default_rng(0).standard_normal(100).tolist()
    text = ",".join(form % number for number in numbers * (1 + floats.SIMDJSON_FROM // 800)) + "\n"
    parse(text.encode(), 1)
    called = [name for name in ("numpy", "simdjson", "pandas") if getattr(floats, f"_parse_with_{name}").called]
    assert called == [parser]


def test_without_simdjson_the_values_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "simdjson", None)
    assert bits(values_of(b"0.5,-0\n", "simdjson, else pandas")) == bits_of_floats(["0.5", "-0"])
