"""Data flows one way through the folders of csvlstm, and no two modules can be taken for each other."""

import ast
from collections import Counter
from graphlib import TopologicalSorter

from tests.whole.structure import EDGE, PACKAGE, ROOMS, ROOT, below, figures, imports, modules, room


def test_a_folder_imports_only_from_those_before_it() -> None:
    order = {name: number for number, name in enumerate(ROOMS)}
    wrong = [
        f"{one.module}, line {one.line}: {one.imported}"
        for one in imports()
        if one.module not in EDGE and order[room(one.imported)] > order[room(one.module)]
    ]
    assert not wrong


def test_no_module_needs_one_that_needs_it() -> None:
    assert len([*TopologicalSorter(below()).static_order()]) == len(modules())
    assert f"{len(modules())} modules in {len(ROOMS)} folders on " in figures()


def test_the_layouts_know_errors_alone() -> None:
    foreign = {one.imported for one in imports() if room(one.module) == "layouts" and room(one.imported) != "layouts"}
    assert foreign <= {"csvlstm.errors"}


def test_every_folder_is_in_the_order_and_has_tests() -> None:
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert folders <= set(ROOMS)
    assert {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")} >= folders


def test_the_init_of_a_folder_is_one_docstring_line() -> None:
    for path in PACKAGE.glob("*/__init__.py"):
        (line,) = path.read_text().splitlines()
        (node,) = ast.parse(line).body
        assert isinstance(node, ast.Expr), path


def test_csvlstm_itself_has_few_modules() -> None:
    assert len([name for name in modules() if room(name) == "" and name != "csvlstm"]) < 8


def test_no_two_modules_share_a_name() -> None:
    names = Counter(name.rpartition(".")[2] for name in modules())
    assert [name for name, times in names.items() if times > 1] == []


def test_every_module_has_its_place_in_the_picture_of_the_house() -> None:
    picture = (PACKAGE / "README.md").read_text()
    names = [name.rpartition(".")[2] for name in modules() if room(name) != name.rpartition(".")[2]]
    assert [name for name in names if f"`{name}`" not in picture and f"{name}.py" not in picture] == ["csvlstm"]
