"""Time csvlstm, which checks what it converts, against what users would write for the same job, which does not.

    python -m tests.benchmarks                           all tables
    python -m tests.benchmarks scripts --sizes 8,16      one of them, with sizes D,H of your own

Whole processes; medians, and the median of the ratios round by round. The weights are random float32 numbers, written
as the shortest text that reads back.
"""

import argparse
import sys
import tempfile

from .growth import draw_growth
from .programs import CSVLSTM
from .tables import Rounds, checkpoints, commands, growth, networks, scripts, steps

SIZES = {
    "scripts": ["8,16", "128,256", "320,320", "1024,1024", "2048,2048"],
    "networks": ["100x8,8", "100x8,16", "100x16,16", "8x1024,1024"],
    "commands": ["8,16", "1024,1024"],
    "checkpoints": ["3,5", "512,1024"],
    "steps": ["8,16", "1024,1024"],
    "growth": ["1,4", "4,9", "16,20", "48,48", "128,128", "320,320", "800,800", "2048,2048"],
    "shapes": ["632,632", "100000,8", "16,886"],
}


def main() -> None:
    """Print the tables that were asked for."""
    parser = argparse.ArgumentParser(description="Time csvlstm against what users would write for the same job.")
    parser.add_argument("table", nargs="?", choices=SIZES, help="one of the tables (default: all)")
    parser.add_argument(
        "--rounds", type=int, default=5, help="how often each runs (default 5); four times that if small"
    )
    parser.add_argument("--sizes", nargs="+", metavar="D,H", help="instead of those of the table")
    parser.add_argument("--tensorflow", default=sys.executable, metavar="PYTHON", help="an interpreter that has it")
    asked = parser.parse_args()
    if not CSVLSTM.exists():
        parser.error(f"there is no {CSVLSTM}; install the project first")
    # The folders of all runs stay to the end.
    with tempfile.TemporaryDirectory() as tempfile.tempdir:
        for name in [asked.table] if asked.table else SIZES:
            print(f"\n{name}\n", flush=True)
            show(name, asked.sizes or SIZES[name], Rounds(asked.rounds), asked.tensorflow)


def show(name: str, sizes: list[str], rounds: Rounds, tensorflow: str) -> None:
    """Print a table, row by row, as soon as it is measured."""
    match name:
        case "scripts":
            scripts(sizes, rounds, tensorflow)
        case "networks":
            networks(sizes, rounds, tensorflow)
        case "commands":
            commands(sizes, rounds)
        case "checkpoints":
            checkpoints(sizes, rounds)
        case "steps":
            steps(sizes, rounds)
        case "growth":
            draw_growth(growth(sizes, rounds))
        case "shapes":
            growth(sizes, rounds)


if __name__ == "__main__":
    main()
