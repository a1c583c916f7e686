"""A hospital's FHIR records are loaded whole, and nothing that the load leaves behind says whose they are.

Belongs here: loads of three sets of files, with and without faults, and the scan of all they wrote. Not here: whether
the scan sees (test_scan.py).
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import SecretStr

from ingestion.contracts import load_contract
from ingestion.instances import Instance
from ingestion.landing import land as landing
from ingestion.landing import raw
from ingestion.landing.archive import SUFFIX, Archive
from ingestion.landing.ledger import LoadReport
from ingestion.settings import Settings, SettingsError, new_key
from ingestion.warehouse import Warehouse
from simulator.fhir.faults import UNKNOWN_FIELD_CANARY
from simulator.fhir.procedures import read_items
from simulator.fhir.world import World
from tests.ingestion.fhir_server import FhirServerProcess
from tests.privacy.identifiers import Identifier, from_resources, from_truth, resources, searchable
from tests.privacy.needles import Needles
from tests.privacy.scan import scan

SHARED = Path(__file__).parents[3] / "shared" / "data"
FOLDERS = {
    "ten_patients": SHARED / "fhir_bulk_10_patients",
    "recorded": SHARED / "recorded" / "bulk_fhir",
}
EVERY = ("world", *FOLDERS)
ROOTS = load_contract("fhir_r4").roots


class Hospital:
    """Files, the server that serves them, and what must not be found anywhere."""

    def __init__(self, folder: Path, server: FhirServerProcess):
        self.folder, self.server = folder, server
        found = from_truth(folder) if (folder / "truth.json").exists() else from_resources(folder)
        kept, self.skipped = searchable(found, folder)
        self.needles = Needles(kept | {Identifier("unknown_field", UNKNOWN_FIELD_CANARY)})

    def lines(self) -> dict[str, int]:
        """How many records the files hold, by object of the contract."""
        return {obj.name: sum(1 for _ in resources(self.folder, obj.source_object)) for obj in ROOTS}


@pytest.fixture(scope="module")
def hospital(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    folder = FOLDERS.get(request.param)
    if folder is None:
        folder = tmp_path_factory.mktemp("world")
        World(7, 20, 60, date(2026, 6, 30), read_items(None)).write(folder)
    elif not folder.is_dir():
        pytest.skip(f"{folder.name}: the shared data are not beside this checkout")
    server = FhirServerProcess.start(folder, "--rows-per-file", "400", "--largest-count", "500")
    try:
        yield Hospital(folder, server)
    finally:
        server.stop()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", archive_key=SecretStr(new_key()), pseudonym_key=SecretStr(new_key()))


@pytest.fixture(autouse=True)
def everything_is_kept(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every logger writes at DEBUG to a file of the home folder, and dlt's working folders stay."""
    log = settings.home / "logs" / "debug.log"
    log.parent.mkdir(parents=True)
    handler = logging.FileHandler(log, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    monkeypatch.setattr(logging.getLogger("dlt"), "level", logging.DEBUG)
    for module in (raw, landing):
        monkeypatch.setattr(module, "shutil", SimpleNamespace(rmtree=lambda *path, **how: None))
    yield
    root.removeHandler(handler)
    root.setLevel(before)
    handler.close()


def load(hospital: Hospital, settings: Settings, access: str, mode: str = "full") -> LoadReport:
    instance = Instance("ehr_main", "fhir_r4", hospital.server.base_url, options={"access": access})
    messages: list[str] = []
    with Warehouse(settings.warehouse_path) as warehouse:
        report = landing.land(warehouse, instance, settings, mode=mode, progress=messages.append)  # type: ignore[arg-type]
    said = [f"{item.object}: {item.error}" for item in report.objects.values() if item.error]
    (settings.home / "logs" / f"said_{report.load_id}.log").write_text("\n".join([*messages, *said]), encoding="utf-8")
    return report


def assert_names_nobody(hospital: Hospital, settings: Settings) -> None:
    result = scan(settings.home, hospital.needles)
    print(f"{result.summary(hospital.needles)}; not searched for: {hospital.skipped}")
    assert sorted(map(str, result.findings)) == []
    # What was to be scanned was there.
    assert {"duckdb", "parquet", "bytes"} <= set(result.texts)


@contextmanager
def faults(hospital: Hospital, *switched_on: dict) -> Iterator[None]:
    try:
        for fault in switched_on:
            hospital.server.fault(**fault)
        yield
    finally:
        hospital.server.calm()


@pytest.mark.parametrize("access", ["bulk", "search"])
@pytest.mark.parametrize("hospital", EVERY, indirect=True)
def test_every_record_lands_and_nobody_is_named(hospital: Hospital, settings: Settings, access: str) -> None:
    report = load(hospital, settings, access)
    assert report.is_clean
    assert {obj.name: report.objects[obj.name].fetched for obj in ROOTS} == hospital.lines()
    assert {obj.name: report.objects[obj.name].landed + report.objects[obj.name].quarantined for obj in ROOTS} == (
        hospital.lines()
    )
    assert_names_nobody(hospital, settings)
    assert_only_the_key_opens_the_archive(hospital, settings)


def assert_only_the_key_opens_the_archive(hospital: Hospital, settings: Settings) -> None:
    """The same archive in which the scan found nothing: with the key, every patient is in it."""
    archive = Archive(settings.archive_dir, settings.archive_keys(), 30)
    files = [str(path.relative_to(settings.archive_dir)) for path in settings.archive_dir.rglob(f"*{SUFFIX}")]
    opened = "\n".join(page.body.decode() for name in files for _, page in archive.pages(name))
    in_the_files = {
        item for item in hospital.needles.identifiers if item.kind in ("patient_id", "name_part", "mrn", "ssn")
    }
    assert in_the_files
    assert in_the_files <= hospital.needles.find(opened)
    other = Archive(settings.archive_dir, Settings(archive_key=SecretStr(new_key())).archive_keys(), 30)
    with pytest.raises(SettingsError, match="does not open it"):
        list(other.pages(files[0]))


# Records are damaged where they are read, and not where the server's keys are counted: that read would fail whole.
READS = r"/bulkfiles/|^/fhir/[A-Z][A-Za-z]+\?(?!.*(_elements|_page))"
ROW_FAULTS = [
    {"name": "unknown-field", "times": None, "match": READS},
    *(
        {"name": "changed-type", "times": times, "match": READS, "field": field}
        for field, times in (("birthDate", 2), ("name", 2), ("identifier", 3), ("status", 8), ("subject", None))
    ),
    {"name": "missing-id", "times": 4, "match": READS},
    {"name": "duplicate-row", "times": 2, "match": r"^/fhir/[A-Z][A-Za-z]+\?(?!.*(_elements|_page))"},
    # Last: the server could not damage a line further that is no JSON any more.
    {"name": "malformed-line", "times": None, "match": "/bulkfiles/"},
]


@pytest.mark.parametrize("access", ["bulk", "search"])
@pytest.mark.parametrize("hospital", ["world", "ten_patients"], indirect=True)
def test_damaged_records_are_quarantined_and_nobody_is_named(
    hospital: Hospital, settings: Settings, access: str
) -> None:
    with faults(hospital, *ROW_FAULTS):
        report = load(hospital, settings, access)
    assert report.status == "COMPLETE"
    assert report.objects["patient"].quarantined > 0
    assert report.objects["encounter"].quarantined > 0
    assert_names_nobody(hospital, settings)


@pytest.mark.parametrize("hospital", ["world"], indirect=True)
def test_a_failing_server_is_told_of_and_nobody_is_named(hospital: Hospital, settings: Settings) -> None:
    broken = ({"name": "file-error"}, {"name": "html-page", "after": 6}, {"name": "truncated-body", "after": 8})
    with faults(hospital, *broken):
        load(hospital, settings, "search")
    load(hospital, settings, "search", "reconcile")
    assert_names_nobody(hospital, settings)
