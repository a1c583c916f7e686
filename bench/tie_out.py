"""Does the published mart say what the source's own ledger says? Asks Tryton itself, past parline: `python -m bench.tie_out`.

For every supplier invoice and credit note: the posted lines on the payables control account in Tryton's ledger, against
the spend cube of the published file. Ends with exit code 1 when a cent differs.
"""

import base64
import json
import os
import sys
import tomllib
import urllib.request
from decimal import Decimal

import duckdb

from ingestion.settings import load_settings

ZERO = Decimal(0)


def ledger_totals(base_url: str, key: str) -> dict[str, Decimal]:
    """What each supplier invoice (Tryton's id) put on the payables account, as the ledger has it: by its own entry, less
    the entry that cancels it. Payments have entries of their own and do not count."""
    domain = [["type", "=", "in"], ["move", "!=", None]]
    encoded = base64.urlsafe_b64encode(json.dumps(domain).encode()).decode()
    entries = ("move", "cancel_move")
    fields = [f"f={entry}.lines.{part}" for entry in entries for part in ("debit", "credit", "account.type.payable")]
    request = urllib.request.Request(  # noqa: S310  # the demo's own server
        f"{base_url}/rest/model/account.invoice?d={encoded}&{'&'.join(fields)}",
        headers={"Authorization": f"bearer {key}"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        invoices = json.load(answer)
    totals: dict[str, Decimal] = {}
    for invoice in invoices:
        lines = [line for entry in entries if invoice[entry] for line in invoice[entry]["lines"]]
        payable = [line for line in lines if line["account"]["type"]["payable"]]
        total = sum((Decimal(line["credit"]["decimal"]) - Decimal(line["debit"]["decimal"]) for line in payable), ZERO)
        if total:
            totals[str(invoice["id"])] = total
    return totals


def main() -> int:
    settings = load_settings()
    instances = tomllib.loads(settings.sources_path.read_text(encoding="utf-8"))
    published = duckdb.connect(str(settings.published_dir / "analytics.duckdb"), read_only=True)
    differing = 0
    for name, instance in instances.items():
        if instance["system"] != "tryton":
            continue
        ledger = ledger_totals(instance["base_url"], os.environ[instance["secret"]])
        row = published.execute(
            "SELECT sum(spend_net_amount), count(DISTINCT invoice_key) FROM mart_procurement.mart_spend_cube "
            "WHERE source_instance = ?",
            [name],
        ).fetchone()
        spend, documents = (row[0] or ZERO, row[1]) if row else (ZERO, 0)
        total = sum(ledger.values(), ZERO)
        print(
            f"{name}: spend in the mart {spend:,.2f} ({documents} documents), posted supplier invoices in the ERP's own"
        )
        print(f"{'':{len(name)}}  ledger {total:,.2f} ({len(ledger)} documents), difference {spend - total:,.2f}")
        differing += spend != total
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
