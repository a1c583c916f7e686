"""The scan sees: an identifier planted in any kind of store, written in any way, is found; otherwise nothing is.

Not here: what our loads leave behind (test_loads_name_nobody.py).
"""

import base64
import csv
import gzip
import json
import pickle
import sqlite3
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.privacy.identifiers import Identifier
from tests.privacy.needles import Needles
from tests.privacy.scan import OVERLAP, PIECE, scan

NAME = Identifier("name", "Célia Glenmoor")
PHONE = Identifier("phone", "+1-201-555-0142")
SSN = Identifier("ssn", "666-41-1031")
PATIENT = Identifier("patient_id", "129c6ac7-8d06-89de-ad63-0204a93e76c3")
CITY = Identifier("city", "Olathe")
NEEDLES = Needles([NAME, PHONE, SSN, PATIENT, CITY])


def in_duckdb(path: Path, kind: str, value: object, schema: str = "raw_fhir_r4") -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        connection.execute(f"CREATE TABLE {schema}.patient (number BIGINT, value {kind})")
        connection.execute(f"INSERT INTO {schema}.patient SELECT range, NULL FROM range(5000)")
        connection.execute(f"INSERT INTO {schema}.patient VALUES (1, ?)", [value])


def in_sqlite(path: Path, value: object) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE event_logs (id INTEGER, event BLOB)")
        connection.execute("INSERT INTO event_logs VALUES (1, ?)", [value])
    connection.close()


def in_zip(path: Path, text: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/sharedStrings.xml", f"<sst><si><t>{text}</t></si></sst>")


def in_csv(path: Path, text: str) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["id", "name"], [1, text]])


STORES: dict[str, Callable[[Path, str], object]] = {
    "warehouse.duckdb": lambda path, text: in_duckdb(path, "VARCHAR", text),
    "staging_of_dlt.duckdb": lambda path, text: in_duckdb(path, "VARCHAR", text, "raw_fhir_r4_staging"),
    "json_column.duckdb": lambda path, text: in_duckdb(path, "JSON", json.dumps({"name": [text]})),
    "nested_column.duckdb": lambda path, text: in_duckdb(path, "STRUCT(name VARCHAR[])", {"name": [text]}),
    "quarantine.duckdb": lambda path, text: in_duckdb(path, "VARCHAR", json.dumps({"id": text}), "ops"),
    "published/analytics.duckdb": lambda path, text: in_duckdb(path, "VARCHAR", text, "mart_clinical"),
    "pipelines/load/normalized/patient.parquet": lambda path, text: pq.write_table(pa.table({"a": [text] * 3}), path),
    "backups/raw/patient.parquet": lambda path, text: pq.write_table(
        pa.table({"a": [{"b": [text]}]}), path, compression="zstd"
    ),
    "pipelines/load/patient.jsonl": lambda path, text: path.write_text(json.dumps({"a": text}, ensure_ascii=False)),
    "pipelines/load/patient.jsonl.gz": lambda path, text: path.write_bytes(gzip.compress(json.dumps([text]).encode())),
    "archive/ehr/load/patient.pages": lambda path, text: path.write_bytes(
        b"\0\1\2" + pa.Codec("zstd").compress(text.encode() * 9, asbytes=True)
    ),
    "dagster/history/runs.db": lambda path, text: in_sqlite(path, text),
    "dagster/schedules/schedules.db": lambda path, text: in_sqlite(path, pickle.dumps({"error": text})),
    "dagster/storage/run/compute_logs/ingest.err": lambda path, text: path.write_text(f"Traceback: {text}\n"),
    "logs/parline.log": lambda path, text: path.write_text(f"DEBUG GET /Patient?name={text}\n"),
    "target/run_results.json": lambda path, text: path.write_text(json.dumps({"message": f"bad: {text}"})),
    "target/compiled/model.sql": lambda path, text: path.write_text(f"select '{text}' as name"),
    "exports/spend.csv": in_csv,
    "exports/spend.xlsx": in_zip,
}


@pytest.mark.parametrize("store", STORES)
def test_a_name_planted_in_this_store_is_found(store: str, tmp_path: Path) -> None:
    path = tmp_path / store
    path.parent.mkdir(parents=True, exist_ok=True)
    STORES[store](path, f"seen by {NAME.value} today")
    assert {finding.identifier for finding in scan(tmp_path, NEEDLES).findings} == {NAME}


@pytest.mark.parametrize("store", STORES)
def test_a_store_without_an_identifier_is_clean(store: str, tmp_path: Path) -> None:
    path = tmp_path / store
    path.parent.mkdir(parents=True, exist_ok=True)
    STORES[store](path, "seen by somebody in Olathea, 2015550142x, 129c6ac7")
    assert scan(tmp_path, NEEDLES).findings == set()


@pytest.mark.parametrize(
    ("written", "identifier"),
    [
        ("CÉLIA GLENMOOR", NAME),
        (unicodedata.normalize("NFD", "Célia Glenmoor"), NAME),
        (json.dumps({"name": "Célia Glenmoor"}), NAME),
        (json.dumps(json.dumps({"name": "Célia Glenmoor"})), NAME),
        ("Glenmoor, Célia", NAME),
        ("/Patient?name=C%C3%A9lia%20Glenmoor", NAME),
        *((base64.b64encode(f"{before}Célia Glenmoor was here".encode()).decode(), NAME) for before in ("", "x", "xy")),
        ("call 2015550142 now", PHONE),
        ("call (201) 555-0142 now", PHONE),
        ('{"phone": 2015550142}', PHONE),
        ("666411031", SSN),
        ("666 41 1031", SSN),
        ("Patient/129C6AC7-8D06-89DE-AD63-0204A93E76C3/_history/1", PATIENT),
        ("129c6ac78d0689dead630204a93e76c3", PATIENT),
        ("born in Olathe, KS", CITY),
    ],
)
def test_an_identifier_is_found_however_it_is_written(written: str, identifier: Identifier) -> None:
    assert NEEDLES.find(written) == {identifier}


def test_a_number_inside_a_hash_or_a_longer_number_is_no_finding() -> None:
    assert NEEDLES.find("9f666411031ab 1666411031 66641103155 a2015550142") == set()


@pytest.mark.parametrize("store", [store for store in STORES if not store.endswith((".log", ".err"))])
def test_a_single_word_is_found_in_any_store(store: str, tmp_path: Path) -> None:
    path = tmp_path / store
    path.parent.mkdir(parents=True, exist_ok=True)
    STORES[store](path, f"born in {CITY.value}, the fifth of jackdaws that love my big sphinx of quartz")
    assert {finding.identifier for finding in scan(tmp_path, NEEDLES).findings} == {CITY}


def test_a_record_number_stored_as_a_number_is_found(tmp_path: Path) -> None:
    in_duckdb(tmp_path / "warehouse.duckdb", "BIGINT", 666411031)
    assert {finding.identifier for finding in scan(tmp_path, NEEDLES).findings} == {SSN}


def test_a_finding_is_shown_without_the_value() -> None:
    assert str(NAME) == "name Cé... (14 characters)"


@pytest.mark.parametrize("before", range(-30, 10, 3))
@pytest.mark.parametrize("filling", [b"a word ", b"x"])
def test_what_stands_where_a_file_is_cut_is_found(tmp_path: Path, before: int, filling: bytes) -> None:
    """An address of a person stands across the place where the bytes are cut, after words or in one long run."""
    place = PIECE + before
    (tmp_path / "log").write_bytes((filling * place)[:place] + b"666-41-1031 Olathe " + b"y" * 100)
    assert scan(tmp_path, Needles([SSN])).findings


def test_a_word_that_is_cut_is_no_whole_word(tmp_path: Path) -> None:
    """The rest of a longer word begins right where the bytes are cut, with what they share with the piece before."""
    place = PIECE - OVERLAP - 4
    (tmp_path / "log").write_bytes((b"a word " * place)[: place - 1] + b" " + b"new-" + b"olathe" + b" a" * OVERLAP)
    (tmp_path / "other").write_bytes((b"a word " * place)[: place - 1] + b" " + b"anew" + b"olathe" + b" a" * OVERLAP)
    found = {finding.where for finding in scan(tmp_path, Needles([CITY])).findings}
    assert found == {"log"}


def test_in_compressed_bytes_a_short_piece_of_base64_is_chance_and_the_number_itself_is_not():
    number = "MR00001234"
    needles = Needles([Identifier("mrn", number)])
    piece = base64.b64encode(f"x{number}".encode())[4:12].decode()  # the middle of it, whatever stands around
    assert needles.find(f"..{piece}..")
    assert not needles.find(f"..{piece}..", is_packed=True)
    assert needles.find(f"..{number}..", is_packed=True)
