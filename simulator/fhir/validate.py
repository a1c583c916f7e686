"""Checks NDJSON files against the FHIR R4 model of `fhir.resources`.

Belongs here: that one check. It runs in an environment of its own, because the model needs pydantic below 2:
`scripts/install_r4_models.sh`, then `.venv-r4/bin/python simulator/fhir/validate.py FOLDER`.
Not here: anything that the rest of the project imports.
"""

import sys
from pathlib import Path

from fhir.resources import get_fhir_model_class
from pydantic import ValidationError

FAULTS_SHOWN = 5


def faults_of(file: Path) -> list[str]:
    """One sentence for each row that is not valid, with its line and the first thing wrong with it."""
    model = get_fhir_model_class(file.stem.split(".")[0])
    faults = []
    for number, line in enumerate(file.read_bytes().splitlines(), start=1):
        try:
            model.parse_raw(line)
        except ValidationError as error:
            first = error.errors()[0]
            faults.append(f"{file.name}:{number}: {'.'.join(map(str, first['loc']))}: {first['msg']}")
    return faults


def main() -> int:
    wrong = 0
    for file in sorted(Path(sys.argv[1]).glob("[A-Z]*.ndjson")):
        faults = faults_of(file)
        wrong += len(faults)
        print(f"{file.name}: {len(file.read_bytes().splitlines())} rows, {len(faults)} not valid R4")
        print("".join(f"  {fault}\n" for fault in faults[:FAULTS_SHOWN]), end="")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
