"""The program as a process: its linear algebra computes in one thread, unless the user says otherwise."""

import sys

import pytest

from tests import children

NAME_THREADS = """
import os, runpy, sys
sys.argv = ["csvlstm", "inspect", "sample_data/quirks/kernel_D1_H1.csv", "-q"]
try:
    runpy.run_module("csvlstm", run_name="__main__", alter_sys=True)
except SystemExit as end:
    assert end.code == 0
print(os.environ["OPENBLAS_NUM_THREADS"])
"""


@pytest.mark.parametrize(("said", "found"), [({}, b"1\n"), ({"OPENBLAS_NUM_THREADS": "2"}, b"2\n")], ids=str)
def test_linear_algebra_has_one_thread_unless_the_user_says_otherwise(said: dict[str, str], found: bytes) -> None:
    run = children.run([sys.executable, "-c", NAME_THREADS], env=children.environment(**said), check=True)
    assert run.stdout == found
