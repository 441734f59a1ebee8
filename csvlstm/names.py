"""Names of files: a text becomes a path and a path becomes text, also where the locale knows no letters but ASCII's."""

import os
from collections.abc import Iterable

_FEW = 2


def path_of(text: str) -> str:
    """Give the path that a text names; where the locale cannot encode it, the bytes of the path are UTF-8.

    >>> path_of("encoder/kernel.csv")
    'encoder/kernel.csv'
    """
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        return os.fsdecode(text.encode())
    return text


def readable(text: str) -> str:
    r"""Give a text with paths in it as one that UTF-8 can encode; a byte that is no UTF-8 becomes its number.

    >>> print(readable(os.fsdecode(b"k\xff.csv")))
    k\xff.csv
    """
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def grouped(said: Iterable[tuple[str, str]], of: str, verbose: bool = False) -> list[str]:
    """Give what is said of many things, each a name and a text, in one line where many have the same.

    >>> grouped([("b.csv", "quotes"), *((f"{number}.csv", "header row") for number in range(80))], "files")
    ['b.csv: quotes', '80 files: header row']
    """
    names: dict[str, list[str]] = {}
    for name, text in said:
        names.setdefault(text, []).append(name)
    lines = []
    for text, those in names.items():
        are_many = len(those) > _FEW and not verbose
        lines += [f"{len(those)} {of}: {text}"] if are_many else [f"{name}: {text}" for name in those]
    return lines
