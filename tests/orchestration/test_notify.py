"""Notifications: told once when something begins and once when it is over, whatever becomes of webhook and mail."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from ingestion.settings import Settings
from orchestration.notify import MOST_TRIES, Breach, deliver, settle, try_out
from tests.orchestration.receivers import MailServer, Webhook, served

START = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
LATE = Breach("erp", "erp has not answered for longer than agreed", "Ask its owner.")


@dataclass
class Desk:
    """One home, a webhook and a mail server that it tells, and a clock."""

    settings: Settings
    webhook: Webhook
    mail: MailServer
    time: datetime = START

    def now(self) -> datetime:
        return self.time

    def settle(self, *breaches: Breach, looked_at: list[str] | None = None) -> None:
        settle(self.settings, "FRESHNESS_BREACHED", breaches, looked_at, self.now)

    def after(self, minutes: int) -> list[str]:
        self.time += timedelta(minutes=minutes)
        return deliver(self.settings, self.now)

    @property
    def told(self) -> list[tuple[str, list[str]]]:
        return [(one["state"], one["subjects"]) for one in self.webhook.received]

    @property
    def lines(self) -> list[dict]:
        return [json.loads(line) for line in (self.settings.home / "notifications.jsonl").read_text().splitlines()]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with served(Webhook()) as webhook, served(MailServer()) as mail:
        settings = Settings(
            home=tmp_path / "home",
            webhook_url=webhook.url,
            smtp_host="127.0.0.1",
            smtp_port=mail.port,
            smtp_security="none",
            smtp_from="parline@hospital.example",
            smtp_to="nights@hospital.example,data@hospital.example",
        )
        yield Desk(settings, webhook, mail)


def test_a_breach_is_told_once_and_once_that_it_is_over(desk):
    for _ in range(3):
        desk.settle(LATE)
    assert desk.told == [("BEGUN", ["erp"])]
    for _ in range(3):
        desk.settle()
    assert desk.told == [("BEGUN", ["erp"]), ("OVER", ["erp"])]
    desk.settle(LATE)
    assert [state for state, _ in desk.told] == ["BEGUN", "OVER", "BEGUN"]


def test_what_is_told_says_what_to_do_to_the_webhook_by_mail_and_in_the_file(desk):
    desk.settle(LATE)
    message = "erp has not answered for longer than agreed. Ask its owner."
    [posted], [mail], [line] = desk.webhook.received, desk.mail.received, desk.lines
    assert posted["message"] == line["message"] == message
    assert posted["text"] == f"parline dev: FRESHNESS_BREACHED: erp\n{message}"
    assert message in mail
    assert "Subject: parline dev: FRESHNESS_BREACHED: erp" in mail
    assert "To: nights@hospital.example,data@hospital.example" in mail


def test_several_at_once_are_one_notification(desk):
    desk.settle(LATE, Breach("ehr", "ehr is late", "Ask."))
    assert desk.told == [("BEGUN", ["erp", "ehr"])]
    desk.settle(Breach("ehr", "ehr is late", "Ask."))
    assert desk.told[1:] == [("OVER", ["erp"])]


def test_what_was_not_looked_at_is_not_over(desk):
    desk.settle(LATE)
    desk.settle(looked_at=["ehr"])
    assert len(desk.told) == 1
    desk.settle(looked_at=["erp"])
    assert desk.told[-1] == ("OVER", ["erp"])


def test_a_backlog_is_told_again_when_it_has_doubled(desk):
    for size in (10, 11, 19, 20, 39, 12, 40):
        desk.settle(Breach("erp", f"{size} records", "Look.", size))
    assert [one["message"] for one in desk.webhook.received] == [
        "10 records. Look.",
        "20 records. Look.",
        "40 records. Look.",
    ]


def test_what_a_webhook_refused_is_sent_again_and_the_mail_is_not_sent_twice(desk):
    desk.webhook.status = 503
    desk.settle(LATE)
    assert (desk.told, len(desk.mail.received)) == ([], 1)
    assert desk.after(minutes=0) == []  # not yet
    assert desk.after(minutes=1) == ["webhook: the webhook answered 503"]
    desk.webhook.status = 200
    assert desk.after(minutes=1) == []  # the second wait is longer
    assert desk.after(minutes=1) == []
    assert desk.after(minutes=60) == []
    assert desk.told == [("BEGUN", ["erp"])]
    assert len(desk.mail.received) == 1


def test_a_mail_server_that_is_busy_or_gone_is_asked_again(desk):
    desk.mail.refuses = True
    desk.settle(LATE)
    assert desk.after(minutes=1) == ["mail: the mail server answered 451"]
    desk.mail.refuses = False
    desk.after(minutes=60)
    assert len(desk.mail.received) == 1


def test_what_nobody_takes_for_a_day_is_given_up_and_said_in_the_file(desk):
    desk.webhook.status = 404
    desk.settle(LATE)
    for _ in range(MOST_TRIES + 5):
        desk.after(minutes=60)
    assert [line["kind"] for line in desk.lines] == ["FRESHNESS_BREACHED", "NOT_DELIVERED"]
    desk.webhook.status = 200
    desk.after(minutes=60)
    assert desk.told == []


def test_nothing_listens_and_nothing_is_raised_and_no_secret_is_said(tmp_path):
    """The address of a webhook is its secret, and so is the password."""
    settings = Settings(home=tmp_path, webhook_url="http://127.0.0.1:1/hooks/SECRET", smtp_host="127.0.0.1", smtp_port=1,
                        smtp_from="a@x", smtp_to="b@y", smtp_password="SECRET")  # fmt: skip
    settle(settings, "RUN_FAILED", [LATE], now=lambda: START)
    problems = deliver(settings, lambda: START + timedelta(hours=1))
    assert problems == [
        "webhook: the webhook was not reached (ConnectError)",
        "mail: the mail was not taken (ConnectionRefusedError)",
    ]
    assert all("SECRET" not in path.read_text() for path in tmp_path.iterdir() if path.is_file())


def test_without_a_channel_there_is_the_file(tmp_path):
    settings = Settings(home=tmp_path)
    settle(settings, "RUN_FAILED", [LATE])
    assert len((tmp_path / "notifications.jsonl").read_text().splitlines()) == 1
    assert json.loads((tmp_path / "notifications.state").read_text())["waiting"] == []


def test_channels_can_be_tried_out(desk):
    assert try_out(desk.settings) == {"webhook": None, "mail": None}
    desk.webhook.status = 500
    assert try_out(desk.settings) == {"webhook": "the webhook answered 500", "mail": None}


def test_a_mail_server_without_a_receiver_is_refused():
    with pytest.raises(ValidationError, match="nobody would get a mail"):
        Settings(smtp_host="127.0.0.1", smtp_from="a@x")
