"""The page of `check -o`: one file that shows a wrong order at a glance, in a real browser too."""

import re
import resource
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from csvlstm.evidence.heatmaps import COLOURS, DIFFERS, NOBODYS, after, before
from csvlstm.layouts.entries import KERAS, ONNX, PYTORCH, TF1
from csvlstm.layouts.gates import Gate, Sizes
from csvlstm.layouts.plan import plan
from tests import children
from tests.browser import Pixels, decoded, needs_chromium, screenshot
from tests.commands.test_cli import BIAS, KERNEL, SIZES, assert_refused, csvlstm
from tests.seeds import some_of

PLAN = plan(TF1, KERAS, Sizes(3, 5), 1.0)
DRAW = np.random.default_rng(6)
VALUES = {"kernel": DRAW.standard_normal((8, 20)), "bias": DRAW.standard_normal((1, 20))}

# The order of the gates along the columns, written out.
IN_TF1, IN_KERAS = "icfo", "ifco"


def colours(letters: str, each: int = 5) -> list[tuple[int, ...]]:
    return [COLOURS[Gate(letter)] for letter in letters for _ in range(each)]


def rows_of(picture: bytes) -> Pixels:
    """Give the rows of a picture without its stripe and the gap below that."""
    return decoded(picture)[2:]


def shown(pixels: Pixels) -> list[tuple[int, ...]]:
    return [tuple(pixel[:3]) for pixel in pixels.tolist()]


def test_before_and_after_have_the_gates_in_the_order_of_their_files() -> None:
    (source,) = before(PLAN, "recurrent_kernel", VALUES)
    assert (source.title, source.shape, source.binned) == ("kernel", (5, 20), False)
    assert all(shown(row) == colours(IN_TF1) for row in rows_of(source.png))
    right = VALUES["kernel"][3:, [*range(5), *range(10, 15), *range(5, 10), *range(15, 20)]]
    target = after(PLAN, "recurrent_kernel", VALUES, right)
    assert all(shown(row) == colours(IN_KERAS) for row in rows_of(target.png))
    strength = rows_of(target.png)[..., 3] / 255
    assert strength == pytest.approx(0.12 + 0.88 * np.abs(right) / np.abs(right).max(), abs=1 / 255)


def test_a_wrong_order_shows_against_the_stripe_and_a_wrong_cell_is_red() -> None:
    wrong = VALUES["kernel"][:3].copy()
    picture = decoded(after(PLAN, "kernel", VALUES, wrong).png)
    assert shown(picture[0]) == colours(IN_KERAS)
    assert all(shown(row) == colours(IN_TF1) for row in picture[2:])
    wrong[1, 2] += 1
    wrong[:, 15:] = 7.0
    picture = rows_of(after(PLAN, "kernel", VALUES, wrong).png)
    assert shown(picture[1])[2] == DIFFERS
    assert shown(picture[0])[15:] == [NOBODYS] * 5
    assert shown(picture[0])[:15] == colours("icf")


def test_a_part_of_another_shape_is_no_gate_s() -> None:
    picture = after(PLAN, "kernel", VALUES, np.ones((3, 19)))
    assert set(shown(rows_of(picture.png)[0])) == {NOBODYS}


def test_the_computed_cells_of_the_bias_are_those_of_their_gate() -> None:
    bias = np.array(VALUES["bias"])
    bias[:, 10:15] += 1
    moved = bias[:, [*range(5), *range(10, 15), *range(5, 10), *range(15, 20)]]
    assert shown(rows_of(after(PLAN, "bias", VALUES, moved).png)[0]) == colours(IN_KERAS)
    without = VALUES["bias"][:, [*range(5), *range(10, 15), *range(5, 10), *range(15, 20)]]
    assert shown(rows_of(after(PLAN, "bias", VALUES, without).png)[0])[5:10] == [NOBODYS] * 5


def test_gates_along_the_rows_have_their_stripe_on_the_left() -> None:
    turned = plan(TF1, PYTORCH, Sizes(3, 5), 1.0)
    matrix = VALUES["kernel"][:3].T[[*range(5), *range(10, 15), *range(5, 10), *range(15, 20)]]
    picture = decoded(after(turned, "weight_ih", VALUES, matrix).png)
    assert shown(picture[:, 0]) == shown(picture[:, 2]) == colours(IN_KERAS)
    assert picture.shape == (20, 2 + 3, 4)


def test_two_biases_are_drawn_from_the_file_that_has_both() -> None:
    values = {name: DRAW.standard_normal(shape) for name, shape in (("W", (20, 3)), ("R", (20, 5)), ("B", (1, 40)))}
    (both,) = before(plan(ONNX, KERAS, Sizes(3, 5)), "bias", values)
    assert shown(rows_of(both.png)[0]) == colours("iofc") * 2


@pytest.mark.parametrize("sizes", [Sizes(700, 301), Sizes(1, 999)])
def test_wide_matrices_are_binned_within_their_gates_and_keep_their_largest(sizes: Sizes) -> None:
    h = sizes.hidden_size
    values = {"kernel": DRAW.standard_normal((sizes.rows, 4 * h)), "bias": np.zeros((1, 4 * h))}
    wide = plan(TF1, KERAS, sizes, 1.0)
    (picture,) = before(wide, "kernel", values)
    pixels = rows_of(picture.png)
    assert picture.binned
    assert pixels.shape[0] <= 321
    assert pixels.shape[1] <= 644
    assert shown(pixels[0]) == colours(IN_TF1, pixels.shape[1] // 4)
    assert pixels[..., 3].max() == 255
    order = [*range(h), *range(2 * h, 3 * h), *range(h, 2 * h), *range(3 * h, 4 * h)]
    found = values["kernel"][: sizes.input_size, order]
    found[0, 3 * h + h // 2] += 1
    red = np.all(rows_of(after(wide, "kernel", values, found).png)[..., :3] == DIFFERS, axis=2)
    assert red.sum() == 1


class Elements(HTMLParser):
    def __init__(self, page: Path) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words = ""
        self.feed(page.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href") or name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.fixture
def keras(tmp_path: Path) -> Path:
    csvlstm("convert", KERNEL, BIAS, *SIZES, "-q", "-o", tmp_path / "keras")
    return tmp_path / "keras"


def test_the_page_is_one_file_without_scripts_and_says_what_the_check_says(keras: Path, tmp_path: Path) -> None:
    run = csvlstm("check", KERNEL, BIAS, keras, *SIZES, "-o", "report.html", cwd=tmp_path)
    assert run.returncode == 0
    assert run.stderr.decode().splitlines()[-1] == "wrote report.html"
    page = Elements(tmp_path / "report.html")
    assert "script" not in page.tags
    assert "link" not in page.tags
    assert len(page.links) == page.tags.count("img") == 6
    assert all(link.startswith("data:image/png;base64,") for link in page.links)
    assert "equivalent: identical" in page.words
    assert "behaviour: both cells agree to rounding over 20 steps" in page.words
    assert page.words.count("recurrent_kernel") == 1 + 1 + 4
    assert "http" not in re.sub(r"base64,[^\"]*", "", (tmp_path / "report.html").read_text()).replace("http-equiv", "")


def test_what_differs_is_written_too_and_names_are_escaped(keras: Path, tmp_path: Path) -> None:
    kernel = tmp_path / '<img src=x onerror="a">&amp;.csv'
    kernel.write_text(Path(KERNEL).read_text().replace(",", ";"))
    (keras / "kernel.csv").write_bytes("".join(Path(KERNEL).read_text().splitlines(True)[:3]).encode())
    run = csvlstm("check", kernel, BIAS, keras, *SIZES, "-q", "-o", tmp_path / "report.html")
    assert (run.returncode, run.stderr) == (1, b"")
    page = Elements(tmp_path / "report.html")
    assert page.tags.count("img") == 6
    assert "x" not in page.links
    assert kernel.name in page.words
    assert "the gates are in the order i, c, f, o" in page.words


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("report.pdf", "report.pdf: is no page; expected a file that ends in .html"),
        ("", "-o is empty; expected a file that ends in .html"),
    ],
)
def test_another_ending_is_refused(keras: Path, tmp_path: Path, name: str, message: str) -> None:
    assert_refused(csvlstm("check", KERNEL, BIAS, keras, *SIZES, "-o", name, cwd=tmp_path), message)


def test_an_existing_page_stays_without_force_and_a_full_disk_leaves_it(keras: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("kept")
    command: list[str | Path] = ["check", KERNEL, BIAS, keras, *SIZES, "-o", path]
    assert_refused(csvlstm(*command), f"{path}: exists; expected no such file yet")
    full = children.run(
        [*children.limit(resource.RLIMIT_FSIZE, 2000), sys.executable, "-m", "csvlstm", *command, "--force", "-q"]
    )
    assert_refused(full, "cannot be written: file too large")
    assert path.read_text() == "kept"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["keras", "report.html"]
    assert csvlstm(*command, "--force", "-q").returncode == 0
    assert path.read_text().startswith("<!DOCTYPE html>")


@needs_chromium
@some_of("dark", [False, True], few=1, ids=["light", "dark"])
def test_a_browser_shows_the_page_in_both_themes(keras: Path, tmp_path: Path, dark: bool) -> None:
    (keras / "kernel.csv").write_bytes("".join(Path(KERNEL).read_text().splitlines(True)[:3]).encode())
    assert csvlstm("check", KERNEL, BIAS, keras, *SIZES, "-q", "-o", tmp_path / "report.html").returncode == 1
    pixels = screenshot(tmp_path / "report.html", tmp_path, dark=dark)
    assert tuple(pixels[0, 0]) == ((22, 24, 28) if dark else (255, 255, 255))
    lines = [in_order(line) for line in pixels]
    # The stripe of the export's kernel beside that of the converted one.
    assert [*IN_TF1, *IN_KERAS] in lines
    # The verdict is no gate's colour, and is there.
    bad = (224, 72, 72) if dark else (192, 0, 0)
    assert np.all(pixels == bad, axis=2).sum() > 1000


def in_order(line: Pixels) -> list[str]:
    """Name the gates whose full colours stand along a line for some way, from the left."""
    found: list[str] = []
    named = {COLOURS[gate]: gate.value for gate in Gate}
    runs = np.flatnonzero(np.any(np.diff(line.astype(int), axis=0) != 0, axis=1)) + 1
    for start, stop in zip([0, *runs], [*runs, len(line)], strict=True):
        if stop - start > 20 and (name := named.get(tuple(line[start].tolist()))):
            found.append(name)
    return found
