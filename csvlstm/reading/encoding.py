"""From the bytes of a file to the lines of its table: UTF-8, LF, and without what stands above and below the table."""

import re
from collections import Counter
from typing import NamedTuple

from ..errors import CsvLstmError, Place

_BOM_UTF8 = b"\xef\xbb\xbf"
_BOMS_UTF16 = (b"\xff\xfe", b"\xfe\xff")

# A comment as np.savetxt writes it has a blank after its mark; #NAME? and the like are cells that a spreadsheet lost.
_COMMENT = rb"#(?: [^\n]*+)?\n"
_BLANK = b" \t,;\n"
_ABOVE = (
    rb"(?P<blank>(?:[ \t,;]*+\n)++)|(?P<comment>" + _COMMENT + rb")"
    rb'|(?P<sep>"?(?i:sep)=(?P<delimiter>(?![\w.+"-])[\t -~])"?\n)'
)
_FIRST_ABOVE = _BLANK + b'#"sS'


class Lines(NamedTuple):
    """The lines of a table, each ending with a newline.

    `skipped` lines of the file stand above them; `delimiter` is what a line `sep=;` names there.
    """

    text: bytes
    skipped: int
    delimiter: bytes | None
    recognised: list[str]


class _Above(NamedTuple):
    """What stands above a table: where it ends, how much there is of each kind, and what a `sep=` line names."""

    end: int
    kinds: Counter[str]
    delimiter: bytes | None


def table_lines(data: bytes, name: str) -> Lines:
    r"""Find the lines of the table in the bytes of a file.

    Blank lines and the comments of np.savetxt may stand above and below it, the line `sep=;` of a spreadsheet above.
    Raises CsvLstmError for a file without any other line, for damaged UTF-16 and for binary data.

    >>> table_lines(b"\xef\xbb\xbf# i j f o\r\n1;2\r\n3;4", "k.csv")
    Lines(text=b'1;2\n3;4\n', skipped=1, delimiter=None, recognised=['byte order mark', '1 comment line'])
    """
    text, recognised = _decoded(data, name)
    if b"\0" in text[:4096]:
        advice = "export the weights with np.savetxt(file, weights, delimiter=',')"
        raise CsvLstmError("is binary data", Place(name), expected="CSV text", advice=advice)
    text = _with_line_feeds(text)
    above = _above(text)
    end, comments = _below(text, start := above.end)
    if start == end:
        raise CsvLstmError("is empty", Place(name), advice="export the weights again")
    skipped = text.count(b"\n", 0, start)
    return Lines(text[start:end], skipped, above.delimiter, recognised + _recognised(above, comments))


def _decoded(data: bytes, name: str) -> tuple[bytes, list[str]]:
    if data.startswith(_BOM_UTF8):
        return data[len(_BOM_UTF8) :], ["byte order mark"]
    if not data.startswith(_BOMS_UTF16):
        return data, []
    try:
        return data.decode("utf-16").encode(), ["UTF-16"]
    except UnicodeDecodeError as error:
        found = f"is damaged UTF-16 text ({error.reason})"
        raise CsvLstmError(found, Place(name), advice="copy or export it again") from None


def _with_line_feeds(text: bytes) -> bytes:
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    # Tested first, because stripping copies the whole text.
    if not text.endswith(b"\n") or text.endswith(b"\n\n"):
        text = text.rstrip(b"\n") + b"\n"
    return text


def _above(text: bytes) -> _Above:
    """Find what stands above the table, one blank stretch, comment or `sep=` line after the other."""
    end, kinds, delimiter = 0, Counter[str](), None
    while text[end : end + 1] and text[end] in _FIRST_ABOVE and (aside := re.compile(_ABOVE).match(text, end)):
        kinds[aside.lastgroup or ""] += 1
        delimiter = delimiter or aside["delimiter"]
        end = aside.end()
    return _Above(end, kinds, delimiter)


def _below(text: bytes, start: int) -> tuple[int, int]:
    """Find where the table ends, and count the comments below it."""
    end, comments = len(text), 0
    while end > start:
        line = max(text.rfind(b"\n", start, end - 1) + 1, start)
        if text[line] in _BLANK and not text[line:end].strip(_BLANK):
            # All blank lines in one go: a spreadsheet may have saved a million of them.
            end = text.index(b"\n", start + len(text[start:end].rstrip(_BLANK))) + 1
        elif text.startswith(b"#", line) and re.compile(_COMMENT).fullmatch(text, line, end):
            end, comments = line, comments + 1
        else:
            break
    return end, comments


def _recognised(above: _Above, comments_below: int) -> list[str]:
    comments = comments_below + above.kinds["comment"]
    found = {
        "sep= line": above.delimiter is not None,
        f"{comments} comment line{'' if comments == 1 else 's'}": comments > 0,
        "blank lines above": above.kinds["blank"] > 0,
    }
    return [words for words, holds in found.items() if holds]
