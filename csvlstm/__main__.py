"""The program: `csvlstm`, or `python -m csvlstm`."""

import sys

from .process import collect_rarely, end_quietly, say_the_same_everywhere, use_one_thread

# First of all: what is imported next takes a while, and Ctrl-C may come in the midst of it.
end_quietly()
collect_rarely()
use_one_thread()
say_the_same_everywhere()

from .commands.cli import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
