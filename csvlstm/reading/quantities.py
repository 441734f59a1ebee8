"""What a user declares in words, on the command line or in a table: sizes and numbers."""

LARGEST_SIZE, LARGEST_FILE = 2**31 - 1, 2**40
_LONGEST = 40


def read_size(text: str, largest: int = LARGEST_SIZE) -> int | None:
    """Read a size: a whole number from 1 to the largest, in ASCII digits alone; None for anything else.

    >>> read_size("128"), read_size("0"), read_size("1_0"), read_size("9" * 5000)
    (128, None, None, None)
    """
    if len(text) > _LONGEST or not (text.isascii() and text.isdecimal()):
        return None
    return int(text) if 1 <= int(text) <= largest else None


def read_number(text: str) -> float | None:
    """Read a finite number as ASCII text without underscores; None for anything else.

    >>> read_number("-0.5"), read_number("nan"), read_number("1_5"), read_number("1e999")
    (-0.5, None, None, None)
    """
    try:
        number = float(text) if text.isascii() and "_" not in text else float("nan")
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None
