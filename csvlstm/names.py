"""Names of files: a text becomes a path and a path becomes text, also where the locale knows no letters but ASCII's."""

import os


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
