"""What type checkers see of the public names: each of them, and no other."""

import sys
from pathlib import Path

import pytest

import csvlstm
from tests import children


@pytest.mark.mass
def test_a_misspelt_name_is_seen_and_every_public_one_known(tmp_path: Path) -> None:
    program = "import csvlstm\n" + "".join(f"csvlstm.{name}\n" for name in [*csvlstm.__all__, "chekc"])
    (tmp_path / "program.py").write_text(program)
    root = str(Path(csvlstm.__file__).parents[1])
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "program.py"]
    run = children.run(command, cwd=tmp_path, env=children.environment(MYPYPATH=root))
    errors = [line for line in run.stdout.decode().splitlines() if ": error: " in line]
    assert len(errors) == 1, run.stdout.decode()
    assert '"chekc"' in errors[0]
