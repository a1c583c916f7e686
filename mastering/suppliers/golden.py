"""The golden supplier's own values, out of its records: legal name, numbers, address, class, status.

Belongs here: which record is which kind of source for which attribute. Not here: choosing among them (survivorship.py, by
rules/survivorship.csv). Payment terms are of a company code and stay there.
"""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from mastering.suppliers.names import RULES, read_name
from mastering.suppliers.records import REMIT_TO
from mastering.survivorship import CANDIDATES, read_survivorship
from mastering.vocabulary import record_key

ATTRIBUTES = ["supplier_name", "tax_id_hash", "duns", "lei", "gln", "address", "supplier_class", "status"]
TAX_RECORD, ERP, REMITTANCE = "TAX_RECORD", "ERP", "REMITTANCE"


def rules() -> pa.Table:
    """survivorship.RULES for suppliers."""
    return read_survivorship("survivorship", RULES)


def candidates(records: pa.Table, golden_of: Mapping[str, str], precedence: Mapping[str, int]) -> pa.Table:
    """What records (SUPPLIER_RECORDS) say of their golden suppliers (survivorship.CANDIDATES).

    golden_of: golden key by record key. precedence: of source instances, the least first; others come after them. A record
    with a tax id speaks of name and number as the tax record does; where somebody is only paid speaks last.
    """
    rows = []
    for row in records.to_pylist():
        key = record_key(row["source_system"], row["source_instance"] or "", row["source_supplier_key"])
        is_remittance = row["role"] == REMIT_TO or read_name(row["name"]).has_remittance_mark
        for attribute, value in _values(row).items():
            has_tax_id = row["tax_id_hash"] and attribute in ("supplier_name", "tax_id_hash")
            rows.append(
                {
                    "golden_key": golden_of[key], "attribute": attribute, "value": value,
                    "source": REMITTANCE if is_remittance else TAX_RECORD if has_tax_id else ERP,
                    "record_key": key, "changed_at": row["changed_at"],
                    "precedence": precedence.get(row["source_instance"], len(precedence) + 1),
                }
            )  # fmt: skip
    return pa.Table.from_pylist(rows, CANDIDATES)


def _values(row: Mapping[str, Any]) -> dict[str, str | None]:
    """The attributes of a record. An address survives whole: parts of two would make a place that is none."""
    place = [row[part] for part in ("street", "city", "region", "postal_code", "country_code") if row[part]]
    status = None if row["is_active"] is None else "ACTIVE" if row["is_active"] else "INACTIVE"
    return {
        "supplier_name": row["name"],
        **{number: row[number] for number in ("tax_id_hash", "duns", "lei", "gln")},
        "address": ", ".join(place) if row["street"] else None,
        "supplier_class": "ONE_TIME" if row["is_one_time"] else "STANDARD",
        "status": status,
    }
