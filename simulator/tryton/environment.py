"""The Tryton server's own Python environment, apart from the project's: the GPL code runs beside it, never inside it.

Belongs here: making `var/tryton/venv` from requirements.lock, starting a program in it.
Does not belong here: databases and processes of the server (server.py).
"""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from uv import find_uv_bin

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "var" / "tryton"
ENVIRONMENT = HOME / "venv"
LOCK = Path(__file__).with_name("requirements.lock")
STAMP = ENVIRONMENT / "locked"


def fingerprint() -> str:
    """Twelve hexadecimal digits that change when the locked versions change."""
    return sha256(LOCK.read_bytes()).hexdigest()[:12]


def make() -> Path:
    """Install the locked versions unless they are there; returns the folder with the programs.

    Raises RuntimeError with the installer's last lines when it fails.
    """
    if not (STAMP.exists() and STAMP.read_text() == fingerprint()):
        print("Tryton: installing its environment (half a minute)", flush=True)
        python = ENVIRONMENT / "bin" / "python"
        _uv("venv", "--clear", "--python", sys.executable, str(ENVIRONMENT))
        _uv("pip", "install", "--python", str(python), "--no-deps", "--requirements", str(LOCK))
        STAMP.write_text(fingerprint())
    return ENVIRONMENT / "bin"


def _uv(*arguments: str) -> None:
    done = subprocess.run(
        [find_uv_bin(), *arguments, "--quiet"], check=False, capture_output=True, text=True, env=clean_environment()
    )
    if done.returncode:
        raise RuntimeError(
            "The Tryton environment could not be installed. Check that the package registry answers "
            f"(pip download trytond), then run again.\n{(done.stdout + done.stderr)[-2000:]}"
        )


def run(program: str, *arguments: str, extra: dict[str, str] | None = None, quiet: bool = False) -> str:
    """Run a program of the environment to its end and return its output; without `quiet` it is also shown.

    Raises RuntimeError with the last lines of its errors when it fails.
    """
    process = subprocess.Popen(
        [str(make() / program), *arguments],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=clean_environment() | (extra or {}),
    )
    lines = []
    for line in process.stdout or ():
        lines.append(line)
        if not quiet:
            sys.stdout.write(line)
            sys.stdout.flush()
    if process.wait():
        raise RuntimeError(f"{program} {' '.join(arguments)} failed:\n{''.join(lines[-15:])}")
    return "".join(lines)


def clean_environment() -> dict[str, str]:
    """The caller's variables without those that would point Python or Tryton elsewhere.

    The hash seed is fixed because the server walks through sets: otherwise the ids of a fill differ from run to run.
    """
    dropped = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}
    return {
        name: value for name, value in os.environ.items() if name not in dropped and not name.startswith("TRYTON")
    } | {"PYTHONUNBUFFERED": "1", "PYTHONHASHSEED": "0"}
