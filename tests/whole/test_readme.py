"""What the README shows is what the program prints."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import children
from tests.messages import all_words, messages
from tests.whole.processors import IS_X86, NAMES, run_on

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text()
REFUSED = README.partition("## Damage that leaves numbers")[2]
"""From here on, a table's row that begins with words between backquotes says what messages with these words mean."""

CONSOLES = re.findall(r"```console\n(.*?)```", README, re.DOTALL)


def commands(console: str) -> list[tuple[str, str]]:
    """Split a console into its commands and what the README shows behind each."""
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
    first, second = re.findall(r"```sh\n(.*?)\n```", README, re.DOTALL)
    assert first.startswith("pip install . && csvlstm convert sample_data/sunspots/")
    assert second == "pip install -e '.[test]' && pytest -n auto"


def message_words() -> set[str]:
    """Give the words of messages that the README explains; the dots in them stand for what comes in there."""
    cells = re.findall(r"^\| (`.*?`) \|", REFUSED, re.MULTILINE)
    return {words.replace("...", "{}") for cell in cells for words in re.findall(r"`(.+?)`", cell)}


def test_every_kind_of_message_is_in_the_readme() -> None:
    explained = message_words()
    unknown = [f"{said.place}: {said}" for said in messages() if not any(words in said for words in explained)]
    assert not unknown


def test_the_readme_explains_no_message_that_the_program_does_not_have() -> None:
    said = "\n".join([*messages(), all_words()])
    assert [words for words in message_words() if words not in said] == []


@pytest.mark.parametrize("words", ["is empty", "holds a bias, and", "cut by a spreadsheet", "is a date", "as peephole"])
def test_the_words_of_every_kind_of_message_are_seen(words: str) -> None:
    assert any(words in said for said in messages())


def test_every_refusal_of_the_program_is_in_the_readme_by_its_exit_code() -> None:
    from csvlstm import process
    from csvlstm.commands import arguments, cli

    own = {arguments.DONE, arguments.DIFFERENT, arguments.REFUSED, arguments.BUG, cli.STDOUT_CLOSED}
    codes = {*own, *map(process.exit_code, process.ENDING)}
    shown = re.findall(r"^\| ([\d, ]+) \|", README, re.MULTILINE)
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
