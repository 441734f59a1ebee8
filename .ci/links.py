"""The links of a page, for who sees it without the files beside it."""

import re
from collections.abc import Mapping

_LINK = re.compile(r"(!?)\[([^]]*)\]\((?!#|[a-z]+:)([^)#\s]+)(#[^)\s]*)?\)")


def for_an_index(page: str, addresses: Mapping[str, str]) -> str:
    """Give a page in Markdown whose links and pictures do not need the files beside it.

    >>> for_an_index("![A sheet](a.png), [fields](b/README.md#json), [top](#top)", {})
    '*A sheet (a.png in the sources)*, fields (b/README.md in the sources), [top](#top)'
    >>> for_an_index("![A sheet](a.png), [fields](b/README.md#json)", {"Source": "https://host/x"})
    '![A sheet](https://host/x/raw/HEAD/a.png), [fields](https://host/x/blob/HEAD/b/README.md#json)'
    """
    source = addresses.get("Source", "").rstrip("/")
    return _LINK.sub(lambda link: _absolute(link, source) if source else _in_words(link), page)


def _absolute(link: re.Match[str], source: str) -> str:
    mark, words, path, fragment = link.groups(default="")
    return f"{mark}[{words}]({source}/{'raw' if mark else 'blob'}/HEAD/{path}{fragment})"


def _in_words(link: re.Match[str]) -> str:
    mark, words, path, _ = link.groups()
    said = words if words == path else f"{words} ({path} in the sources)"
    return f"*{said}*" if mark else said
