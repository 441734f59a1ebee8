"""What a real browser shows of a page: its pixels, in a light and in a dark theme."""

import shutil
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from . import children

_CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(_CHROMIUM is None, reason="no Chromium (apt-get install chromium)")

Pixels = NDArray[np.uint8]


def screenshot(page: Path, folder: Path, *, dark: bool = False) -> Pixels:
    """Open a page, and give the pixels [height, width, red green blue] of its upper part."""
    assert _CHROMIUM
    path = folder / f"{'dark' if dark else 'light'}.png"
    # In a container root has no sandbox.
    alone = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1200,900"]
    theme = ["--force-dark-mode", "--blink-settings=preferredColorScheme=0"] if dark else []
    where = [f"--user-data-dir={folder}/profile", f"--screenshot={path}", page.resolve().as_uri()]
    command = [_CHROMIUM, *alone, *theme, *where]
    children.run(command, check=True)
    return decoded(path.read_bytes())[..., :3]


def decoded(data: bytes) -> Pixels:
    """Decode a PNG of 8 bits a channel, with or without alpha; source: https://www.w3.org/TR/png-3/."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed, head = 8, b"", b""
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + body)
        head, packed = (body if kind == b"IHDR" else head), packed + (body if kind == b"IDAT" else b"")
        at += 12 + length
    width, height, bits, colours, *_ = struct.unpack(">IIBBBBB", head)
    channels = {2: 3, 6: 4}[colours]
    assert bits == 8
    lines = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, 1 + width * channels)
    return _unfiltered(lines, channels).reshape(height, width, channels)


def _unfiltered(lines: Pixels, channels: int) -> Pixels:
    above, rows = [0] * (lines.shape[1] - 1), []
    for kind, *line in lines.tolist():
        for at in range(len(line)):
            left, corner = (line[at - channels], above[at - channels]) if at >= channels else (0, 0)
            line[at] = (line[at] + _predicted(kind, left, above[at], corner)) & 255
        rows.append(line)
        above = line
    return np.array(rows, np.uint8)


def _predicted(kind: int, left: int, above: int, corner: int) -> int:
    if kind < 4:
        return (0, left, above, (left + above) // 2)[kind]
    distances = [abs(left + above - corner - one) for one in (left, above, corner)]
    return (left, above, corner)[distances.index(min(distances))]
