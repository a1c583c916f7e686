"""Says so when the interpreter cannot run parline. Standard library only: nothing is installed yet."""

import sys

if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.exit(
        f"parline needs Python 3.11, 3.12 or 3.13; this is {sys.version.split()[0]}. "
        "Name another one: make setup PYTHON=python3.12"
    )
