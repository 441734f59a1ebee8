"""What a mistyped word was meant to be; difflib is imported where there is one."""

import argparse
import re
from collections.abc import Iterable, Mapping, Sequence


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Suggest the nearest of the known words, behind the wrong one; nothing where none is near.

    >>> did_you_mean("pytroch", ["keras", "pytorch"]), did_you_mean("x", ["keras"])
    (' (did you mean pytorch?)', '')
    """
    from difflib import get_close_matches

    shapes = {re.sub(r"[^a-z0-9-]+", "-", one.lower()): one for one in known}
    near = get_close_matches(re.sub(r"[^a-z0-9-]+", "-", word.lower()), shapes, n=1)
    return f" (did you mean {shapes[near[0]]}?)" if near else ""


def unknown_option(given: Sequence[str], known: Iterable[str]) -> str:
    """Give the first option that is none of the known ones; nothing where all are known.

    >>> unknown_option(["k.csv", "--input_size", "3", "-o", "-1"], ["--input-size", "-o"])
    '--input_size'
    """
    options = {*known}
    before = given[: given.index("--")] if "--" in given else given
    words = (word.partition("=")[0] for word in before if word.startswith("-") and not _is_negative(word))
    return next((word for word in words if word != "-" and not _is_known(word, options)), "")


def _is_negative(word: str) -> bool:
    return word[1:].removeprefix(".")[:1].isdecimal()


def _is_known(word: str, options: set[str]) -> bool:
    # The value of a short option may follow without a blank.
    return word in options or (word[1] != "-" and word[:2] in options)


def about_unknown(option: str, command: str, parsers: "Mapping[str, argparse.ArgumentParser]") -> str:
    """Say that a command has no such option, and which was meant, or which other commands have it."""
    own = [name for name in options_of(parsers[command]) if name.startswith("--")]
    others = [name for name, parser in parsers.items() if option in options_of(parser)]
    hint = f"; it is one of {' and '.join(others)}" if others else did_you_mean(option, own)
    return f"{option} is no option of {command}{hint}"


def options_of(parser: argparse.ArgumentParser) -> list[str]:
    """List the options of a parser."""
    return list(parser._option_string_actions)
