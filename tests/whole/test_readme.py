"""What the README shows is what the program prints; what the pages name is there."""

import ast
import json
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tests import children
from tests.whole.processors import IS_X86, NAMES, run_on

ROOT = Path(__file__).parent.parent.parent
README, HOUSE, SAMPLES = ROOT / "README.md", ROOT / "csvlstm" / "README.md", ROOT / "sample_data" / "README.md"
RUN = "sample_data/sunspots"
CELL = f"{RUN}/cell_0_kernel.csv {RUN}/cell_0_bias.csv --input-size 3 --hidden-size 5"

CONSOLES = re.findall(r"```console\n(.*?)```", README.read_text(), re.DOTALL)


def commands(console: str) -> list[tuple[str, str]]:
    """Split a console into its commands and what the README shows after each."""
    parts = re.split(r"^\$ (.*)\n", console, flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


each_console = pytest.mark.parametrize("console", CONSOLES, ids=lambda console: console.splitlines()[0])


@each_console
def test_the_consoles_show_what_the_commands_print(console: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "sample_data", tmp_path / "sample_data")
    for command, shown in commands(console):
        run = children.run(["sh", "-c", command], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert run.stdout.decode() == shown, command


@pytest.mark.skipif(not IS_X86, reason="imitates x86 processors")
@each_console
@pytest.mark.parametrize("processor", [NAMES[0], *(pytest.param(name, marks=pytest.mark.mass) for name in NAMES[1:])])
def test_the_consoles_show_the_same_on_another_processor(console: str, processor: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "sample_data", tmp_path / "sample_data")
    for command, shown in commands(console):
        assert run_on(processor, command, cwd=tmp_path) == shown, command


def test_the_first_command_does_the_main_job_and_the_second_is_the_tests() -> None:
    first, second = re.findall(r"```sh\n(.*?)\n```", README.read_text(), re.DOTALL)
    assert first.startswith("pip install . && csvlstm convert sample_data/sunspots/")
    assert second == "pip install -e '.[test]' && pytest -n auto"


PAGES = [README, HOUSE, SAMPLES]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", page.read_text())
    assert links or page == SAMPLES
    for path, section in links:
        target = page.parent / path if path else page
        assert target.exists(), path
        assert not section or section in sections(target), section


def sections(page: Path) -> list[str]:
    """Name the sections of a page as links do."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles]


def test_every_function_that_the_house_names_is_there() -> None:
    named = re.findall(r"`(?:(\w+)/)?(\w+)\.((?!py`)[A-Za-z]\w*)`", HOUSE.read_text())
    assert len(named) > 20
    for folder, module, name in named:
        if (ROOT / "csvlstm" / folder / f"{module}.py").exists():
            assert hasattr(import_module(".".join(filter(None, ("csvlstm", folder, module)))), name), name
        else:
            assert not folder, f"{folder}/{module}"


JSON_COMMANDS = [
    f"csvlstm convert {CELL} -o keras --json -q",
    f"csvlstm check {CELL} by_hand --json -q --recorded-inputs {RUN}/inputs.csv --recorded-outputs {RUN}/cell_0_h.csv",
    f"csvlstm audit {CELL} by_hand -o audit.csv --json -q",
    f"csvlstm inspect rounded.csv {RUN}/cell_0_bias.csv --json -q",
    f"csvlstm export {RUN}/trained -o exported --json -q",
    "csvlstm layouts --json",
    "csvlstm refuse --json",
    f"csvlstm layers {RUN} --json -q",
    f"csvlstm inspect --layers {RUN}/layers.csv --json -q",
]


@pytest.mark.parametrize("command", JSON_COMMANDS, ids=lambda command: command.split()[1])
def test_every_field_of_the_json_object_is_in_a_table_of_the_house(command: str, tmp_path: Path) -> None:
    shutil.copytree(SAMPLES.parent, tmp_path / "sample_data")
    shutil.copytree(SAMPLES.parent / "quirks" / "converted_D1_H1", tmp_path / "by_hand")
    (tmp_path / "rounded.csv").write_text(
        "\n".join(",".join(f"{n / 997:.3f}" for n in range(r, r + 20)) for r in range(8))
    )
    said = children.run(["sh", "-c", command], cwd=tmp_path, stdout=subprocess.PIPE).stdout
    tables = "\n".join(re.findall(r"^\|.*\|$", HOUSE.read_text().partition("## The JSON object")[2], re.MULTILINE))
    assert fields(json.loads(said)) <= set(re.findall(r"`(\w+)`", tables))


def fields(value: object) -> set[str]:
    """List the names of all fields of an object, at every depth."""
    if isinstance(value, dict):
        return set(value).union(*map(fields, value.values()))
    return set().union(*map(fields, value)) if isinstance(value, list) else set()


def calls() -> Iterator[tuple[str, str, ast.Call]]:
    """List the calls in the package: the place of each, and what is called."""
    for path in sorted((ROOT / "csvlstm").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield f"{path.name}, line {node.lineno}", node.func.id, node


def test_every_refusal_says_what_was_expected_or_what_to_do() -> None:
    refusals = [(place, {one.arg for one in call.keywords}) for place, name, call in calls() if name == "CsvLstmError"]
    assert len(refusals) > 100
    assert [place for place, given in refusals if not given & {"expected", "advice"}] == []


def test_every_kind_of_damage_is_explained_beside_the_samples() -> None:
    first = [call.args[0] for _, name, call in calls() if name in ("Damage", "_damage")]
    kinds = {one.value for one in first if isinstance(one, ast.Constant)}
    assert kinds
    assert kinds == set(re.findall(r"^\| `(\w+)` \|", SAMPLES.read_text().partition("## Forms")[2], re.MULTILINE))


def test_every_refusal_of_the_program_is_in_the_readme_by_its_exit_code() -> None:
    from csvlstm import process
    from csvlstm.commands import arguments, cli

    own = {arguments.DONE, arguments.DIFFERENT, arguments.REFUSED, arguments.BUG, cli.STDOUT_CLOSED}
    codes = {*own, *map(process.exit_code, process.ENDING)}
    shown = re.findall(r"^\| ([\d, ]+) \|", README.read_text(), re.MULTILINE)
    assert {int(code) for cell in shown for code in cell.split(",")} >= codes


def test_every_package_that_is_imported_is_installed_with_the_program() -> None:
    imported = {
        module.split(".")[0]
        for path in (ROOT / "csvlstm").rglob("*.py")
        for module in re.findall(r"^ *(?:import|from) (\w+(?:\.\w+)*)", path.read_text(), re.MULTILINE)
    }
    declared = re.findall(
        r"^    (\w+)>=", (ROOT / "setup.cfg").read_text().partition("extras_require")[0], re.MULTILINE
    )
    foreign = imported - set(sys.stdlib_module_names) - {"csvlstm"}
    assert foreign == {package.lower().removeprefix("py") for package in declared}


@pytest.mark.parametrize("addresses", [{}, {"Source": "https://host/x/"}], ids=["no address", "an address"])
def test_a_package_index_gets_no_link_that_needs_the_files_beside_the_page(addresses: dict[str, str]) -> None:
    # What builds the package is no part of it, and is not installed.
    for_an_index = runpy.run_path(str(ROOT / ".ci" / "links.py"))["for_an_index"]
    page = README.read_text()
    beside = re.compile(r"\]\((?!#|https?:)([^)]+)\)")
    shown = for_an_index(page, addresses)
    assert beside.search(page)
    assert not beside.search(shown)
    for target in beside.findall(page):
        path = target.partition("#")[0]
        assert (ROOT / path).is_file()
        assert (
            f"({path} in the sources)" in shown
            or f"https://host/x/blob/HEAD/{target})" in shown
            or path.endswith(".png")
        )
    picture = "https://host/x/raw/HEAD/sample_data/audit.png" if addresses else "(sample_data/audit.png in the sources)"
    assert picture in shown
    # All else is as it is.
    assert re.findall(r"^#+ .*|^```.*", shown, re.MULTILINE) == re.findall(r"^#+ .*|^```.*", page, re.MULTILINE)
