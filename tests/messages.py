"""Every kind of message that the program has, as its source says it: the words, with {} where a value comes in."""

import ast
from collections.abc import Iterator
from pathlib import Path

from csvlstm.reading import parsing

PACKAGE = Path(parsing.__file__).parent.parent

FOUND = {"CsvLstmError": 0, "Other": 0, "DamageError": 0, "Damage": 3, "_damage": 3, "ArgumentTypeError": 0, "_say": 0}
"""What makes a message, and which of its arguments says what was found."""


class Message(str):
    """The words of a message, and where the source has them."""

    place: str

    def __new__(cls, words: str, place: str) -> "Message":
        """Keep the place beside the words."""
        message = super().__new__(cls, words)
        message.place = place
        return message


def messages() -> Iterator[Message]:
    """List the words of all messages, what was found before what was expected; fails on a form that it cannot read."""
    for path in sorted(PACKAGE.rglob("*.py")):
        module = ast.parse(path.read_text())
        functions = {node.name: node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)}
        for around, call in _calls(module, module):
            name = getattr(call.func, "id", None) or getattr(call.func, "attr", None)
            if name in FOUND and getattr(around, "name", "") != name:
                place = f"{path.name}, line {call.lineno}"
                expected = _expected(call)
                for words in _words(call.args[FOUND[name]], around, functions, place):
                    yield Message(f"{words}; expected {expected}" if expected else words, place)
    for _, words, _ in parsing._REFUSALS:
        yield Message(words, "parsing.py, _REFUSALS")


def all_words() -> str:
    """Give all texts of the package, for who looks for words that no message has any more."""
    modules = [ast.parse(path.read_text()) for path in PACKAGE.rglob("*.py")]
    nodes = [node for module in modules for node in ast.walk(module)]
    texts = [_joined(node) for node in nodes if isinstance(node, ast.JoinedStr)]
    texts += [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return "\n".join(texts)


def _calls(node: ast.AST, around: ast.AST) -> Iterator[tuple[ast.AST, ast.Call]]:
    """Yield the calls below a node, each with the function around it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield around, child
        yield from _calls(child, child if isinstance(child, ast.FunctionDef) else around)


def _expected(call: ast.Call) -> str:
    value = next((keyword.value for keyword in call.keywords if keyword.arg == "expected"), None)
    if isinstance(value, ast.JoinedStr):
        return _joined(value)
    return str(value.value) if isinstance(value, ast.Constant) else ""


def _words(node: ast.AST, around: ast.AST, functions: dict[str, ast.FunctionDef], place: str) -> list[str]:
    """Give the words that an expression may have."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        return [_joined(node)]
    if isinstance(node, ast.IfExp):
        parts: list[ast.expr] = [node.body, node.orelse]
    elif isinstance(node, ast.Name):
        parts = _assigned(node.id, around)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in functions:
        around = functions[node.func.id]
        parts = [found.value for found in ast.walk(around) if isinstance(found, ast.Return) and found.value]
    elif _repeats(node):
        return []
    else:
        parts = []
    assert parts, f"{place}: say here how to find the words of {ast.unparse(node)}"
    return [words for part in parts for words in _words(part, around, functions, place)]


def _repeats(node: ast.AST) -> bool:
    """Tell whether an expression says again what another message said, or what a table of messages has."""
    if isinstance(node, ast.Call):
        return getattr(node.func, "attr", "") == "format" or getattr(node.func, "id", "") == "str"
    return isinstance(node, ast.GeneratorExp) or (isinstance(node, ast.Attribute) and node.attr == "found")


def _assigned(name: str, around: ast.AST) -> list[ast.expr]:
    """List what a function assigns to a name, alone or among others."""
    values: list[ast.expr] = []
    for node in ast.walk(around):
        if isinstance(node, ast.AugAssign) and ast.unparse(node.target) == name:
            values.append(node.value)
        for target in node.targets if isinstance(node, ast.Assign) else ():
            names = [ast.unparse(part) for part in target.elts] if isinstance(target, ast.Tuple) else []
            if name in names and isinstance(node, ast.Assign):
                values.append(node.value.elts[names.index(name)] if isinstance(node.value, ast.Tuple) else node.value)
            elif ast.unparse(target) == name and isinstance(node, ast.Assign):
                values.append(node.value)
    return values


def _joined(text: ast.JoinedStr) -> str:
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in text.values)
