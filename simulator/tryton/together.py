"""Several people at work at once: the same click on many documents is sent as one, which the server does much faster.

Belongs here: how steps are gathered and sent. Does not belong here: what a step means (documents.py).
An act is a generator; it yields (record, button) or (record, SAVE) and goes on when that is done.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable
from typing import Any

SAVE = "save"
Act = Generator[tuple, None, Any]


def perform(act: Act) -> Any:
    """Do one act alone and return what it returns."""
    return perform_together([act])[0]


def perform_together(acts: Iterable[Act], started: float | None = None) -> list:
    """Do all acts in lockstep, equal steps in one call; results in the order of the acts.

    With `started` (time.monotonic) each call is printed with the seconds since then.
    """
    running = list(acts)
    results: list[Any] = [None] * len(running)

    def go_on(position: int) -> tuple | None:
        try:
            return next(running[position])
        except StopIteration as end:
            results[position] = end.value
            return None

    waiting = {position: step for position in range(len(running)) if (step := go_on(position))}
    while waiting:
        groups: dict[tuple, list] = {}
        for record, button in waiting.values():
            # Records that came out of a wizard carry a context of their own, and a call has one context.
            groups.setdefault((type(record), button, repr(record._context)), []).append(record)
        for (model, button, _), records in groups.items():
            if button == SAVE:
                model.save(records)
            else:
                model.click(records, button)
            if started is not None:
                print(f"  {time.monotonic() - started:5.0f} s  {model.__name__}: {button} {len(records)}", flush=True)
        waiting = {position: step for position in waiting if (step := go_on(position))}
    return results
