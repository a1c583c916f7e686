"""The FHIR server of the simulator as a process of its own, as tests see it: addresses, faults, state.

Not here: any test.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx


@dataclass
class FhirServerProcess:
    """A running server. `counts`: what it holds, by type."""

    process: subprocess.Popen[str]
    base_url: str
    control_url: str
    counts: dict[str, int]

    @classmethod
    def start(cls, data: Path, *options: str) -> "FhirServerProcess":
        process = subprocess.Popen(
            [sys.executable, "-m", "simulator.fhir.server", "--data", str(data), "--retry-after", "0", *options],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, "the FHIR server did not start"
        about = json.loads(line)
        return cls(process, about["base_url"], about["control_url"], about["counts"])

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)
        if self.process.stdout is not None:
            self.process.stdout.close()

    def fault(self, name: str, **more: Any) -> None:
        """Switch a fault on (simulator/fhir/faults.py names them all)."""
        httpx.post(f"{self.control_url}/_fault", json={"name": name, **more}).raise_for_status()

    def calm(self) -> None:
        httpx.delete(f"{self.control_url}/_fault").raise_for_status()

    def change(
        self, *resources: dict[str, Any], delete: list[str] | None = None, keep_meta: bool = False
    ) -> dict[str, Any]:
        """Store resources and delete `Type/id`s; what the server says of itself afterwards."""
        body = {"upsert": list(resources), "delete": delete or [], "keep_meta": keep_meta}
        answer = httpx.post(f"{self.control_url}/_state", json=body)
        answer.raise_for_status()
        state: dict[str, Any] = answer.json()
        return state

    def advance(self, seconds: int) -> None:
        httpx.post(f"{self.control_url}/_state", json={"advance_seconds": seconds}).raise_for_status()
