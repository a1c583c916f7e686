"""The bytes a source sent, encrypted, for replay: short retention, a folder of its own, useless without the key.

Belongs here: files of AES-256-GCM frames. Not here: decoding what is in them.
"""

import json
import os
import struct
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ingestion.landing.page import Envelope, Page
from ingestion.settings import SettingsError

NONCE_BYTES = 12
LENGTH = struct.Struct(">I")
SUFFIX = ".pages"


class Archive:
    """The archive of one warehouse. Without a key nothing is kept, and `add` returns no reference."""

    def __init__(self, folder: Path, keys: dict[str, bytes], days: int):
        self._folder, self._keys, self._days = folder, keys, days

    @property
    def is_on(self) -> bool:
        return bool(self._keys)

    def add(self, load_id: str, instance: str, obj: str, number: int, page: Page, read_at: datetime) -> str | None:
        """Append one page; its reference is `<file>#<number>`."""
        if not self.is_on:
            return None
        key_id, key = next(iter(self._keys.items()))
        path = self._folder / instance / load_id / f"{obj}{SUFFIX}"
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        reference = f"{path.relative_to(self._folder)}#{number}"
        header = json.dumps(
            {"envelope": asdict(page.envelope), "label": page.label, "read_at": read_at.isoformat()}
        ).encode()
        plain = LENGTH.pack(len(header)) + header + page.body
        packed = pa.Codec("zstd").compress(plain, asbytes=True)
        nonce = os.urandom(NONCE_BYTES)
        # The reference is authenticated: a frame cannot be passed off as another page's.
        sealed = AESGCM(key).encrypt(nonce, LENGTH.pack(len(plain)) + packed, reference.encode())
        frame = key_id.encode().ljust(16)[:16] + nonce + sealed
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
            file.write(LENGTH.pack(number) + LENGTH.pack(len(frame)) + frame)
        return reference

    def read(self, reference: str) -> Page:
        """One page again. Raises SettingsError when its key is not at hand, FileNotFoundError when it has expired."""
        name, _, number = reference.rpartition("#")
        for found, page in self.pages(name):
            if found == int(number):
                return page
        raise FileNotFoundError(f"{reference} is not in the archive")

    def pages(self, name: str) -> Iterator[tuple[int, Page]]:
        """All pages of one archive file, with their numbers."""
        path = self._folder / name
        if not path.exists():
            raise FileNotFoundError(f"{name} is not in the archive: it is kept for {self._days} days")
        with path.open("rb") as file:
            while len(head := file.read(LENGTH.size * 2)) == LENGTH.size * 2:
                number, length = LENGTH.unpack(head[: LENGTH.size])[0], LENGTH.unpack(head[LENGTH.size :])[0]
                frame = file.read(length)
                if len(frame) < length:
                    return  # the process was killed while it wrote: that page was never decoded either
                yield number, self._open(f"{name}#{number}", frame)

    def files(self, instance: str, obj: str) -> list[str]:
        """Archive files of an object, oldest load first."""
        return sorted(str(path.relative_to(self._folder)) for path in self._folder.glob(f"{instance}/*/{obj}{SUFFIX}"))

    def purge(self, now: datetime | None = None) -> int:
        """Remove what is older than the retention; how many files went."""
        limit = (now or datetime.now(UTC)) - timedelta(days=self._days)
        removed = 0
        for path in self._folder.glob(f"*/*/*{SUFFIX}"):
            if datetime.fromtimestamp(path.stat().st_mtime, UTC) < limit:
                path.unlink()
                removed += 1
                if not any(path.parent.iterdir()):
                    path.parent.rmdir()
        return removed

    def _open(self, reference: str, frame: bytes) -> Page:
        key_id = frame[:16].decode().strip()
        if key_id not in self._keys:
            raise SettingsError(f"{reference} was encrypted with key {key_id!r}: set it in PARLINE_ARCHIVE_OLD_KEYS")
        nonce, sealed = frame[16 : 16 + NONCE_BYTES], frame[16 + NONCE_BYTES :]
        try:
            opened = AESGCM(self._keys[key_id]).decrypt(nonce, sealed, reference.encode())
        except InvalidTag:
            raise SettingsError(f"{reference}: key {key_id!r} does not open it, or the file was altered") from None
        size = LENGTH.unpack(opened[: LENGTH.size])[0]
        plain = pa.Codec("zstd").decompress(opened[LENGTH.size :], size, asbytes=True)
        header_size = LENGTH.unpack(plain[: LENGTH.size])[0]
        header = json.loads(plain[LENGTH.size : LENGTH.size + header_size])
        envelope: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in header["envelope"].items()
        }
        return Page(
            plain[LENGTH.size + header_size :], Envelope(**envelope), header["label"],
            archive_ref=reference, read_at=datetime.fromisoformat(header["read_at"]),
        )  # fmt: skip
