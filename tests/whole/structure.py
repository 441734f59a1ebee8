"""The structure of csvlstm as its imports have it: `python -m tests.whole.structure` prints it in figures."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "csvlstm"

ROOMS = ("", "layouts", "reading", "network", "numbers", "converted", "verdict", "evidence", "checkpoints", "commands")
"""The folders in the order of the data; each imports from itself and from those before it. The first is csvlstm/."""

EDGE = ("csvlstm", "csvlstm.__main__")
"""The public names and the program: they may import from every folder."""


class Import(NamedTuple):
    """A module of csvlstm that another one imports, at the top or within a function."""

    module: str
    imported: str
    line: int


def modules() -> dict[str, Path]:
    """List the modules by their dotted names; the `__init__` of a folder goes by the folder's name."""
    paths = sorted(path.relative_to(ROOT) for path in PACKAGE.rglob("*.py"))
    return {".".join(path.with_suffix("").parts).removesuffix(".__init__"): ROOT / path for path in paths}


def room(module: str) -> str:
    """Give the folder of a module.

    >>> room("csvlstm.reading.tables"), room("csvlstm.errors")
    ('reading', '')
    """
    parts = module.split(".")
    return parts[1] if len(parts) > 2 or (len(parts) == 2 and parts[1] in ROOMS) else ""


@cache
def imports() -> tuple[Import, ...]:
    """List all imports of a module of csvlstm by another one."""
    known = modules()
    return tuple(
        Import(name, target if target in known else target.rpartition(".")[0], line)
        for name, path in known.items()
        for target, line in _targets(name, path)
    )


def _targets(name: str, path: Path) -> Iterator[tuple[str, int]]:
    package = name.split(".") if path.stem == "__init__" else name.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = [*package[: len(package) - node.level + 1], *filter(None, [node.module])]
            yield from ((".".join([*base, alias.name]), node.lineno) for alias in node.names)


def below() -> dict[str, set[str]]:
    """Give of each module those that it imports, at its top or within a function."""
    imported: dict[str, set[str]] = {name: set() for name in modules()}
    for one in imports():
        if one.module not in EDGE and one.imported != "csvlstm":
            imported[one.module].add(one.imported)
    return imported


def floors() -> int:
    """Count the modules on the longest way along imports."""
    imported = below()

    @cache
    def height(name: str) -> int:
        return 1 + max(map(height, imported[name]), default=0)

    return max(map(height, imported))


def lines() -> dict[str, int]:
    """Count the lines of each module."""
    return {name: len(path.read_text().splitlines()) for name, path in modules().items()}


def figures() -> str:
    """Give the structure in one sentence."""
    counted, arrows = lines(), {(one.module, one.imported) for one in imports()}
    largest = max(counted, key=lambda name: counted[name])
    return (
        f"{len(counted)} modules in {len({room(name) for name in counted})} folders on {floors()} floors, "
        f"{len(arrows)} arrows, {sum(counted.values())} lines; the largest is {largest} with {counted[largest]} lines"
    )


if __name__ == "__main__":
    print(figures())
