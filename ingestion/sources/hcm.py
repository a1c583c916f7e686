"""HCM: what was paid by run and worker, and the cost centers, over Workday's reports as a service.

Belongs here: which reports there are, what their prompts are called, and how pay is asked for in time. Not here: asking a
report (protocols/report_service.py), columns and what may be kept of them (contracts/hcm.odcs.yaml).

Flow: a report tells no change, so pay is read by pay period: everything since the last one, and some before it again,
because a run may be corrected or undone after it was read. A line of pay has no key, and two of a worker's may be equal:
the document is what one run paid to one worker, and the lines are its lines.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

import httpx
from pydantic import BaseModel, ConfigDict, Field

from ingestion.contracts import Contract, ObjectContract
from ingestion.instances import Instance
from ingestion.landing.page import Deletion, IncompleteAnswerError, Page, SourceError, SourceKey, Window
from ingestion.protocols.http import JsonClient, Response, asked_again
from ingestion.protocols.report_service import (
    GATHERED,
    REPORT,
    Entry,
    ReportService,
    Slice,
    as_body,
    counted_on,
    gathered,
    slices,
)

RUN, WORKER, PERIOD_START, PERIOD_END = "Run_ID", "Worker_Key", "Pay_Period_Start", "Pay_Period_End"
CORRECTS, LINES = "Original_Period_End", "lines"


class Options(BaseModel):
    """`options` of an `hcm` block in sources.toml.

    tenant, user: as the integration user logs on, `secret` naming its password; owner: whose reports these are (default:
    the user's own). pay_since: the first day whose pay is wanted. longest_pay_period: days of the longest pay period that
    the network has (14 where everybody is paid every other week): so much is asked for at once.
    """

    model_config = ConfigDict(extra="forbid")

    tenant: str
    user: str
    owner: str | None = None
    pay_since: date
    longest_pay_period: Annotated[int, Field(ge=7, le=366)] = 31


class Hcm:
    """One tenant, for the length of one load."""

    def __init__(self, client: JsonClient, contract: Contract, options: Options):
        self._client, self._contract, self._options = client, contract, options
        self._reports = ReportService(client, options.tenant, options.owner or options.user)

    def check(self) -> str:
        _, entries = self._whole(self._contract.by_name["cost_center"])
        return f"tenant {self._options.tenant} answers, {len(entries)} cost centers"

    def now(self) -> datetime:
        obj = self._contract.by_name["cost_center"]
        return self._reports.ask(obj.source_object, {}, ())[0].server_time()

    def pages(self, obj: ObjectContract, window: Window) -> Iterator[Page]:
        if obj.cursor is None:
            yield self._whole(obj)[0]
            return
        for slice_, documents in self._paid(obj, window.start, window.end):
            yield _page(documents, f"{obj.source_object} of {slice_.first}", _latest_period(documents, window.end))

    def pages_by_key(self, obj: ObjectContract, keys: Sequence[tuple[str, ...]]) -> Iterator[Page]:
        if obj.cursor is None:
            yield self._whole(obj)[0]
            return
        wanted = set(keys)
        for run in sorted({key[0] for key in keys}):
            documents = [document for document in self._documents(obj, {RUN: run}) if _key(obj, document) in wanted]
            if documents:
                yield _page(documents, f"{obj.source_object} of run {run}")

    def keys(self, obj: ObjectContract, as_of: datetime) -> Iterator[SourceKey]:
        """All keys, read with whole records: a report leaves out no column."""
        if obj.cursor is None:
            found = [_key(obj, entry) for entry in self._whole(obj)[1]]
        else:
            found = [_key(obj, document) for _, documents in self._paid(obj, None, as_of) for document in documents]
        yield from (SourceKey(key) for key in dict.fromkeys(found))

    def deletions(self, obj: ObjectContract, window: Window) -> Iterator[Deletion]:
        """None: what was paid wrongly is taken back by lines of a later run."""
        return iter(())

    def close(self) -> None:
        self._client.close()

    def _whole(self, obj: ObjectContract) -> tuple[Page, list[Entry]]:
        """A report that lists all there is. That there is nothing is not believed: who pays somebody has a cost center."""

        def answered() -> tuple[Response, list[Entry]]:
            answer, entries = self._reports.ask(obj.source_object, {}, counted_on(obj))
            if not entries:
                raise IncompleteAnswerError(
                    f"{answer.label}: it is empty. May the integration user see what the report lists?"
                )
            return answer, entries

        answer, entries = asked_again(answered)
        return Page(answer.body, REPORT, answer.label, len(entries)), entries

    def _paid(
        self, obj: ObjectContract, since: datetime | None, until: datetime
    ) -> Iterator[tuple[Slice, list[Entry]]]:
        """What was paid for the pay periods that end since a moment and begin until another, some periods at a time.

        Raises IncompleteAnswerError for days without any pay before days with pay: what is empty there was left out.
        """
        longest = self._options.longest_pay_period
        first = self._options.pay_since
        if since is not None:
            first = max(first, since.date() - timedelta(days=longest - 1))
        without_pay: Slice | None = None
        for slice_ in slices(first, until.date(), longest):
            documents = self._paid_in(obj, slice_)
            if not documents:
                without_pay = without_pay or slice_
                continue
            if without_pay is not None:
                raise IncompleteAnswerError(
                    f"{obj.source_object}: no pay for periods that begin from {without_pay.first} to {without_pay.last}, "
                    "and there is pay after them. Load again; if this stays, options.pay_since or "
                    "options.longest_pay_period is not what the network has."
                )
            yield slice_, documents

    def _paid_in(self, obj: ObjectContract, slice_: Slice) -> list[Entry]:
        """The documents of a slice's own periods. That there is none is believed when the report says so twice."""
        prompts = {PERIOD_START: slice_.first.isoformat(), PERIOD_END: slice_.end.isoformat()}
        found = self._documents(obj, prompts) or self._documents(obj, prompts)
        if any(_day(document, PERIOD_START, slice_.first) < slice_.first for document in found):
            raise SourceError(
                f"{obj.source_object}: pay came for other days than were asked for: does the report have the prompts "
                f"{PERIOD_START} and {PERIOD_END}?"
            )
        return [document for document in found if _day(document, PERIOD_START, slice_.first) <= slice_.last]

    def _documents(self, obj: ObjectContract, prompts: dict[str, str]) -> list[Entry]:
        """What the report holds, as one document for each of the values that the contract has beside the lines."""
        columns = counted_on(obj, self._contract.children(obj.name))
        _, entries = self._reports.ask(obj.source_object, prompts, columns)
        _refuse_doubled(obj.source_object, entries)
        return gathered(entries, [column.path for column in obj.landed_columns], LINES)


def open_source(instance: Instance, contract: Contract) -> Hcm:
    """The source of an `hcm` block; `secret` names the variable that holds the integration user's password."""
    options = instance.options_as(Options)
    auth = httpx.BasicAuth(f"{options.user}@{options.tenant}", instance.credential())
    return Hcm(JsonClient(instance.base_url, auth), contract, options)


def _refuse_doubled(report: str, entries: list[Entry]) -> None:
    """Pay at one cost center for one component is one line, unless it corrects another. Two that are equal in everything
    come of a report that joins what it should not, and would be paid twice here."""
    lines = Counter(tuple(map(str, entry.values())) for entry in entries if not entry.get(CORRECTS))
    if doubled := sum(1 for times in lines.values() if times > 1):
        raise SourceError(
            f"report {report}: {doubled} lines that correct nothing come twice, equal in everything: does the report join "
            "something with many rows, or leave pay without adding it up by cost center and component?"
        )


def _page(documents: list[Entry], label: str, watermark: datetime | None = None) -> Page:
    return Page(as_body(documents), GATHERED, label, len(documents), watermark)


def _key(obj: ObjectContract, entry: Entry) -> tuple[str, ...]:
    return tuple(str(entry.get(column.path)) for column in obj.key_columns)


def _day(document: Entry, name: str, otherwise: date) -> date:
    """A day of a document, which may be written with an offset (2025-01-06-08:00). What is none is landing's to refuse."""
    try:
        return date.fromisoformat(str(document.get(name))[:10])
    except ValueError:
        return otherwise


def _latest_period(documents: list[Entry], until: datetime) -> datetime:
    """Up to when everybody was paid: the end of the last period, and none that is still to come."""
    ends = [datetime.combine(_day(document, PERIOD_END, date.min), time.min, UTC) for document in documents]
    return min(max(ends), until)
