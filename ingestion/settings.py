"""Every setting of parline and every secret's name, read from the environment once, in one place.

Not here: what a source system needs (instances.py), nor any secret's value at import time.
"""

import base64
import binascii
import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

KEY_BYTES = 32


class Settings(BaseSettings):
    """What an operator can set. Each field is an environment variable `PARLINE_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="PARLINE_", extra="ignore", frozen=True)

    env: Literal["demo", "dev", "prod"] = Field("dev", description="Which environment this is; shown everywhere.")
    home: Path = Field(Path("var/parline"), description="Folder of the warehouse, archive, published files and logs.")
    sources: Path | None = Field(None, description="The file that lists source instances; default <home>/sources.toml.")
    archive_key: SecretStr | None = Field(
        None, description="32 bytes, base64: encrypts the archive of source payloads. Without it there is no archive."
    )
    archive_key_id: str = Field("a1", description="Name of the archive key, kept beside each archived payload.")
    archive_old_keys: SecretStr | None = Field(
        None, description="Earlier archive keys as `id:base64,id:base64`: still needed to read what they encrypted."
    )
    archive_days: int = Field(30, ge=1, description="Days that archived payloads are kept.")
    pseudonym_key: SecretStr | None = Field(
        None, description="32 bytes, base64: the key of every pseudonym. Needed by any source with personal data."
    )
    pseudonym_key_id: str = Field("p1", description="Name of the pseudonym key, kept beside what it made.")
    published_builds: int = Field(5, ge=1, description="How many published builds are kept for rollback.")
    quality_days: int = Field(90, ge=1, description="Days that results of checks are kept in ops.quality_results.")
    run_days: int = Field(90, ge=1, description="Days that finished runs are kept in the run history.")
    webhook_url: SecretStr | None = Field(None, description="Where notifications are posted as JSON; none if not set.")
    smtp_host: str | None = Field(None, description="Mail server for notifications; no mail if not set.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Its port.")
    smtp_security: Literal["starttls", "tls", "none"] = Field("starttls", description="How the connection is secured.")
    smtp_user: str | None = Field(None, description="User of the mail server, if it asks for one.")
    smtp_password: SecretStr | None = Field(None, description="Password of that user.")
    smtp_from: str | None = Field(None, description="Sender of notifications; needed with PARLINE_SMTP_HOST.")
    smtp_to: str | None = Field(None, description="Receivers, `a@x,b@y`; needed with PARLINE_SMTP_HOST.")

    pack_url: str | None = Field(
        None, description="Address under which readers open the pack; links in the UI lead there. Default: its files."
    )

    @field_validator("archive_key", "pseudonym_key")
    @classmethod
    def _is_a_whole_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            _decode_key(value.get_secret_value())
        return value

    @model_validator(mode="after")
    def _old_keys_stand_beside_a_current_one(self) -> "Settings":
        if self.archive_old_keys is not None and self.archive_key is None:
            raise ValueError(
                "PARLINE_ARCHIVE_OLD_KEYS without PARLINE_ARCHIVE_KEY: old keys only read. Set the current key too."
            )
        return self

    @model_validator(mode="after")
    def _mail_has_two_ends(self) -> "Settings":
        if self.smtp_host is not None and not (self.smtp_from and self.smtp_to):
            raise ValueError(
                "PARLINE_SMTP_HOST without PARLINE_SMTP_FROM and PARLINE_SMTP_TO: nobody would get a mail."
            )
        return self

    @property
    def sources_path(self) -> Path:
        return self.sources or self.home / "sources.toml"

    @property
    def warehouse_path(self) -> Path:
        return self.home / "warehouse.duckdb"

    @property
    def pipelines_dir(self) -> Path:
        """dlt's working folder: holds only minimised rows, and only while a load runs."""
        return self.home / "pipelines"

    @property
    def archive_dir(self) -> Path:
        return self.home / "archive"

    @property
    def published_dir(self) -> Path:
        return self.home / "published"

    @property
    def restricted_dir(self) -> Path:
        """Single visits and cases, for those who may read them: nobody but the owner, until the operator says otherwise."""
        return self.home / "restricted"

    @property
    def audit_path(self) -> Path:
        return self.home / "audit" / "audit.jsonl"

    @property
    def backup_dir(self) -> Path:
        return self.home / "backups"

    @property
    def quality_dir(self) -> Path:
        """What was expected of which table, and what was seen: pages for people."""
        return self.home / "quality"

    @property
    def dagster_home(self) -> Path:
        return self.home / "dagster"

    def archive_keys(self) -> dict[str, bytes]:
        """Key id to key, the current one first; empty when no archive key is set."""
        keys: dict[str, bytes] = {}
        if self.archive_key is not None:
            keys[self.archive_key_id] = _decode_key(self.archive_key.get_secret_value())
        if self.archive_old_keys is not None:
            for pair in self.archive_old_keys.get_secret_value().split(","):
                key_id, _, key = pair.strip().partition(":")
                keys.setdefault(key_id, _decode_key(key))
        return keys

    def pseudonym_key_bytes(self) -> bytes:
        """The pseudonym key. Raises SettingsError when it is not set."""
        if self.pseudonym_key is None:
            raise SettingsError(
                "PARLINE_PSEUDONYM_KEY is not set, and a source with personal data needs it. "
                "Make one with: parline doctor --new-key, keep it in your secret store, and never change it lightly: "
                "pseudonyms made with another key do not join."
            )
        return _decode_key(self.pseudonym_key.get_secret_value())


class SettingsError(Exception):
    """A setting is missing or malformed; the message says which, and what to do."""


def new_key() -> str:
    """A fresh random key in the form that the settings take."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def load_settings() -> Settings:
    """The settings of this process, from its environment. Raises pydantic's ValidationError naming the variable."""
    return Settings()


def _decode_key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("a key is 32 bytes in base64; this is not base64") from error
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key is 32 bytes in base64; this one has {len(key)} bytes")
    return key
