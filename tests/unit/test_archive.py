"""The archive gives back the bytes that came, to whoever has the key, for as long as it may."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingestion.landing.archive import SUFFIX, Archive
from ingestion.landing.page import Envelope, Page
from ingestion.settings import SettingsError

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PAGE = Page(b'{"entry":[{"name":"CANARY Ramon Castaneda"}]}' * 20, Envelope(("entry",), ("resource",)), "page 1")
OLD, NEW = {"a1": b"1" * 32}, {"a2": b"2" * 32}


def one_file(folder: Path) -> Path:
    [path] = folder.rglob(f"*{SUFFIX}")
    return path


def add(folder: Path, keys: dict[str, bytes], number: int = 0) -> str:
    reference = Archive(folder, keys, 30).add("load1", "ehr", "patient", number, PAGE, NOON)
    assert reference is not None
    return reference


def test_a_page_comes_back_byte_by_byte_with_its_place_and_time(tmp_path: Path) -> None:
    add(tmp_path, OLD, 0)
    reference = add(tmp_path, OLD, 1)
    page = Archive(tmp_path, OLD, 30).read(reference)
    assert (page.body, page.envelope, page.label) == (PAGE.body, PAGE.envelope, PAGE.label)
    assert (page.archive_ref, page.read_at) == (reference, NOON)


def test_without_the_key_nothing_of_it_can_be_read(tmp_path: Path) -> None:
    reference = add(tmp_path, OLD)
    written = one_file(tmp_path).read_bytes()
    assert b"CANARY" not in written
    assert b"entry" not in written
    for keys, says in ((NEW, "PARLINE_ARCHIVE_OLD_KEYS"), ({"a1": b"x" * 32}, "does not open it")):
        with pytest.raises(SettingsError, match=says):
            Archive(tmp_path, keys, 30).read(reference)


def test_an_old_key_still_opens_what_it_closed(tmp_path: Path) -> None:
    first, second = add(tmp_path, OLD, 0), add(tmp_path, NEW | OLD, 1)
    both = Archive(tmp_path, NEW | OLD, 30)
    assert both.read(first).body == both.read(second).body == PAGE.body


def test_an_altered_frame_and_one_that_was_moved_are_refused(tmp_path: Path) -> None:
    reference = add(tmp_path, OLD)
    path = one_file(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(SettingsError, match="altered"):
        Archive(tmp_path, OLD, 30).read(reference)
    elsewhere = path.with_name(f"encounter{SUFFIX}")
    elsewhere.write_bytes(whole)
    with pytest.raises(SettingsError, match="altered"):
        Archive(tmp_path, OLD, 30).read(f"ehr/load1/encounter{SUFFIX}#0")


@pytest.mark.parametrize("left", [3, 8, 60])
def test_a_file_whose_writer_was_killed_gives_its_whole_pages(tmp_path: Path, left: int) -> None:
    add(tmp_path, OLD, 0)
    size = one_file(tmp_path).stat().st_size
    add(tmp_path, OLD, 1)
    os.truncate(one_file(tmp_path), size + left)
    assert [number for number, _ in Archive(tmp_path, OLD, 30).pages(f"ehr/load1/patient{SUFFIX}")] == [0]


def test_files_are_private_and_go_when_their_time_is_over(tmp_path: Path) -> None:
    add(tmp_path, OLD)
    assert one_file(tmp_path).stat().st_mode & 0o077 == 0
    archive = Archive(tmp_path, OLD, 30)
    assert archive.purge() == 0
    assert archive.purge(datetime.now(UTC) + timedelta(days=31)) == 1
    with pytest.raises(FileNotFoundError, match="30 days"):
        archive.read(f"ehr/load1/patient{SUFFIX}#0")


def test_without_a_key_there_is_no_archive(tmp_path: Path) -> None:
    assert Archive(tmp_path, {}, 30).add("load1", "ehr", "patient", 0, PAGE, NOON) is None
    assert list(tmp_path.iterdir()) == []
