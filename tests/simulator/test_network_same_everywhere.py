"""One seed and one scale are one world, whichever Python makes it: the same locked NumPy and Arrow under another version."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
MAKE = """
import sys
from pathlib import Path
from simulator.network.world import write_world
write_world(7, 0.002, Path(sys.argv[1]))"""


def other_python() -> Path | None:
    """An interpreter of another supported version than ours, if this machine has one."""
    ours = f"3.{sys.version_info.minor}"
    versions = [version for version in ("3.12", "3.11", "3.13") if version != ours]
    installed = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for version in versions:
        for found in (shutil.which(f"python{version}"), *sorted(installed.glob(f"{version}.*/bin/python3"))):
            # A launcher may stand for a version that is not there.
            if found and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0:
                return Path(found)
    return None


@pytest.mark.timeout(600)
def test_another_python_makes_the_same_world(tmp_path):
    python = other_python()
    if python is None:
        pytest.skip("this machine has one supported Python only")
    environment = tmp_path / "environment"
    uv = [str(Path(sys.executable).parent / "uv")]
    lock = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8").splitlines()
    locked = [line for line in lock if line.startswith(("numpy==", "pyarrow==", "tzdata=="))]
    subprocess.run([*uv, "venv", "--quiet", "--python", str(python), str(environment)], check=True)
    theirs = environment / "bin" / "python"
    subprocess.run([*uv, "pip", "install", "--quiet", "--python", str(theirs), *locked], check=True)
    for interpreter, folder in ((sys.executable, "ours"), (theirs, "theirs")):
        subprocess.run([str(interpreter), "-c", MAKE, str(tmp_path / folder)], cwd=REPOSITORY, check=True)
    ours, another = (json.loads((tmp_path / folder / "manifest.json").read_text()) for folder in ("ours", "theirs"))
    assert len(ours["tables"]) > 20
    assert another == ours
