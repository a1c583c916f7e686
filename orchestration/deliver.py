"""Takes a notification to people: a webhook and mail, whichever is configured.

Belongs here: how each is spoken to. Not here: what is told and when (notify.py), or how often it is tried. An error never
carries an address or a password: a webhook's address is its secret.
"""

import smtplib
import ssl
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from functools import partial
from typing import Any

import httpx

from ingestion.settings import Settings

TIMEOUT_SECONDS = 10.0

Line = Mapping[str, Any]


class DeliveryError(Exception):
    """A notification did not arrive; the message says why, and names no secret."""


def channels(settings: Settings) -> dict[str, Callable[[Line], None]]:
    """Name to what sends one notification. Each raises DeliveryError."""
    found: dict[str, Callable[[Line], None]] = {}
    if settings.webhook_url is not None:
        found["webhook"] = partial(_post, settings.webhook_url.get_secret_value())
    if settings.smtp_host is not None:
        found["mail"] = partial(_mail, settings, settings.smtp_host)
    return found


def _post(url: str, line: Line) -> None:
    """`text` is what chat services show; the rest is for machines."""
    content = {"text": f"{subject_of(line)}\n{line['message']}", **line}
    try:
        answer = httpx.post(url, json=content, timeout=TIMEOUT_SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise DeliveryError(f"the webhook was not reached ({type(error).__name__})") from None
    if not answer.is_success:
        raise DeliveryError(f"the webhook answered {answer.status_code}")


def _mail(settings: Settings, host: str, line: Line) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = subject_of(line), settings.smtp_from, settings.smtp_to
    mail.set_content(f"{line['message']}\n\nat {line['at']}, environment {line['environment']}\n")
    try:
        with _connected(settings, host) as server:
            if settings.smtp_user is not None and settings.smtp_password is not None:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            server.send_message(mail)
    except smtplib.SMTPResponseException as error:
        raise DeliveryError(f"the mail server answered {error.smtp_code}") from None
    except (smtplib.SMTPException, OSError) as error:
        raise DeliveryError(f"the mail was not taken ({type(error).__name__})") from None


def _connected(settings: Settings, host: str) -> smtplib.SMTP:
    trusted = ssl.create_default_context()
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(host, settings.smtp_port, timeout=TIMEOUT_SECONDS, context=trusted)
    server = smtplib.SMTP(host, settings.smtp_port, timeout=TIMEOUT_SECONDS)
    if settings.smtp_security == "starttls":
        server.starttls(context=trusted)
    return server


def subject_of(line: Line) -> str:
    over = " over" if line["state"] == "OVER" else ""
    return f"parline {line['environment']}: {line['kind']}{over}: {', '.join(line['subjects'])}"[:150]
