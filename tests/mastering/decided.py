"""Decisions as the tests of mastering write them."""

from datetime import datetime
from typing import Any

import pyarrow as pa

from mastering.stewardship import DECISIONS, record_decisions

MONDAY = datetime(2026, 3, 2, 9)


def said(kind: str, left: str, right: str | None = None, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "left_key": left, "right_key": right, "by": "ana", "at": MONDAY, "reason": "seen", **more}


def kept(*decisions: dict[str, Any]) -> pa.Table:
    return record_decisions(DECISIONS.empty_table(), list(decisions))
