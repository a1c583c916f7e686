"""Whether the warehouse holds what every source holds: `python -m bench.connectors --scale 0.1 --steps 3`.

For every object of every system of the demo network, after the first load and after the last step of time: the source's
own keys (a keys-only pull) against those of the warehouse, versions that are stale by their stamps; after every step, rows
unaccounted for. What a step in between loses is still lost after the last.
`--faults` has faults of the transport strike while it loads; then every load is followed by one that nothing disturbs,
and at the end everything is read again into an empty home, which must come to the same current records, hash by hash.

Belongs here: counting. Not here: the world and the home (demo_network.py).
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench.demo_network import Home, home, served
from bench.measure import keep
from ingestion.contracts import ObjectContract
from ingestion.instances import Instance
from ingestion.landing.identity import join_key
from ingestion.landing.ledger import Ledger, LoadReport
from ingestion.landing.minimise import Minimiser
from ingestion.landing.page import Source
from ingestion.landing.raw import VERSION_ORDER, RawTables
from ingestion.registry import open_source
from ingestion.warehouse import Warehouse

# What passes, strikes often enough to meet every system in each step, and may not cost a row.
FAULTS = (
    "429=0.05", "5xx=0.05", "dropped=0.05", "truncated=0.05", "html_200=0.03", "error_body_200=0.03", "empty_page=0.03",
    "repeated_page=0.03", "shifting_page=0.05", "duplicate_rows=0.02", "two_versions=0.02",
)  # fmt: skip


@dataclass
class Account:
    """One object of one instance after one step, over all loads of the step."""

    instance: str
    object: str
    step: int
    status: str = "COMPLETE"
    source: int | None = None
    warehouse: int = 0
    quarantined: int = 0
    missing: int = 0
    surplus: int = 0
    stale: int = 0
    unaccounted: int = 0
    other_than_full: int | None = None
    detail: list[str] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        wrong = self.missing + self.surplus + self.stale + self.unaccounted + (self.other_than_full or 0)
        return self.status == "COMPLETE" and not wrong


def accounts(at: Home, reports: dict[str, LoadReport], step: int, are_listed: bool) -> Iterator[Account]:
    """The loads of each object; if `are_listed`, what its source lists against the warehouse too."""
    with Warehouse(at.settings.warehouse_path) as warehouse:
        for name, report in reports.items():
            instance = at.instances[name]
            source, contract = open_source(instance)
            raw, ledger = RawTables(warehouse.connection, contract), Ledger(warehouse.connection)
            minimiser = Minimiser(at.settings.pseudonym_key_bytes(), instance.assigner or name)
            try:
                for obj in contract.roots:
                    found = report.objects[obj.name]
                    account = Account(name, obj.name, step, found.status, unaccounted=found.unaccounted)
                    if found.error:
                        account.detail.append(found.error)
                    if are_listed:
                        _compare(account, source, obj, raw, ledger, minimiser)
                    yield account
            finally:
                source.close()


def _compare(
    account: Account, source: Source, obj: ObjectContract, raw: RawTables, ledger: Ledger, minimiser: Minimiser
) -> None:
    live, _ = raw.versions(obj, account.instance)
    held = ledger.open_quarantine_keys(account.instance, obj.name)
    account.warehouse, account.quarantined = len(live), len(held.keys() - live.keys())
    listed = source.keys(obj, source.now())
    if listed is None:
        return
    stamps = {}
    for item in listed:
        parts = zip(obj.key_columns, item.key, strict=True)
        key = join_key(
            minimiser.pseudonym(column.minimise.domain or "", part, column.minimise.is_network_wide)
            if column.minimise.rule == "pseudonym"
            else part
            for column, part in parts
        )
        stamps[key] = item.changed_at.replace(tzinfo=None) if item.changed_at else None
    account.source = len(stamps)
    missing, surplus = sorted(stamps.keys() - live.keys() - held.keys()), sorted(live.keys() - stamps.keys())
    account.missing, account.surplus = len(missing), len(surplus)
    account.detail += [f"missing {key}" for key in missing[:3]] + [f"surplus {key}" for key in surplus[:3]]
    for key in stamps.keys() & live.keys():
        told, known = stamps[key], live[key].changed_at
        account.stale += bool(told and known and told > known and key not in held)


def current_hashes(at: Home, instance: Instance) -> dict[str, dict[str, str]]:
    """By object: the payload hash of every live record."""
    with Warehouse(at.settings.warehouse_path) as warehouse:
        source, contract = open_source(instance)
        source.close()
        found = {}
        for obj in contract.roots:
            rows = warehouse.connection.execute(
                f"SELECT _business_key, _payload_hash FROM (SELECT * FROM raw_{contract.system}.{obj.name} "
                f"WHERE _source_instance = ? QUALIFY row_number() OVER (PARTITION BY _business_key "
                f"ORDER BY {VERSION_ORDER}) = 1) WHERE _op = 'UPSERT'",
                [instance.name],
            ).fetchall()
            found[obj.name] = dict(rows)
        return found


def _compare_with_a_fresh_home(at: Home, fresh: Home, found: list[Account], step: int, only: tuple[str, ...]) -> None:
    fresh.load(only=only)
    last = {(account.instance, account.object): account for account in found if account.step == step}
    for name in {account.instance for account in found}:
        here, there = current_hashes(at, at.instances[name]), current_hashes(fresh, fresh.instances[name])
        for obj, hashes in here.items():
            differing = hashes.items() ^ there[obj].items()
            last[name, obj].other_than_full = len({key for key, _ in differing})
            last[name, obj].detail += [f"other than when read at once: {key}" for key, _ in sorted(differing)[:2]]


def measure(folder: Path, world: Path, scale: float, steps: int, faults: bool, only: tuple[str, ...]) -> list[Account]:
    """All accounts; after faults those of the last step beside a home that read everything at once."""
    with served(world, scale) as addresses:
        at = home(folder / "home", world, addresses)
        found: list[Account] = []
        for step in range(steps + 1):
            start = time.monotonic()
            if step:
                at.advance(1, *(FAULTS if faults else ()))
                if faults:
                    at.load(only=only)
                    at.advance(0, "none")
            reports = at.load(only=only)
            loaded = time.monotonic()
            now = list(accounts(at, reports, step, are_listed=step in (0, steps)))
            found += now
            print(
                f"step {step}: {loaded - start:.0f} s and {time.monotonic() - loaded:.0f} s to list, "
                f"{sum(not account.is_right for account in now)} of {len(now)} wrong",
                file=sys.stderr, flush=True,
            )  # fmt: skip
        if faults:
            _compare_with_a_fresh_home(at, home(folder / "fresh", world, addresses), found, steps, only)
        return found


def show(found: list[Account], steps: int) -> None:
    print(f"{'source':16}{'object':34}{'source has':>12}{'warehouse':>12}{'held':>7}{'missing':>9}{'surplus':>9}{'stale':>7}"
          f"{'unacc.':>8}{'vs full':>9}")  # fmt: skip
    for account in found:
        if account.step == steps or not account.is_right:
            told = "-" if account.source is None else f"{account.source:,}"
            full = "" if account.other_than_full is None else account.other_than_full
            mark = "" if account.is_right else f"  WRONG at step {account.step}: {account.status} {account.detail[:3]}"
            print(f"{account.instance:16}{account.object:34}{told:>12}{account.warehouse:>12,}{account.quarantined:>7}"
                  f"{account.missing:>9}{account.surplus:>9}{account.stale:>7}{account.unaccounted:>8}{full:>9}{mark}"
                  )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=0.1)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--faults", action="store_true")
    parser.add_argument("--world", type=Path, help="a made world, which moves on (default: one that is made for it)")
    parser.add_argument("--only", action="append", default=[], help="of the instances, only these")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        world = options.world or Path(folder) / "world"
        found = measure(Path(folder), world, options.scale, options.steps, options.faults, tuple(options.only))
    show(found, options.steps)
    wrong = [account for account in found if not account.is_right]
    name = f"scale {options.scale}, {options.steps} steps{', faults' if options.faults else ''}"
    print(f"{name}: {len(found)} accounts, {len(wrong)} wrong")
    if not options.only:
        keep(
            "connectors",
            {name: {"accounts": len(found), "wrong": len(wrong), "table": [asdict(each) for each in found]}},
        )
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
