"""Which codes of which source a seed must map, and what is unmapped: the morning's list, dearest first.

Belongs here: one line for each column of staging that names an account, a cost center, a department, a facility or a
unit in a system's own words. Not here: the maps (dbt_project/seeds), or how the list is shown (doctor.py).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import duckdb

STAGING_MODEL = re.compile(r"\bstg_(\w+?)__\w+")


@dataclass(frozen=True)
class Map:
    """A seed, and how it names the source's code. by_prefix: the longest beginning that fits counts."""

    seed: str
    what: str
    code: str
    by_prefix: bool = False


UNITS = Map("map_uom", "units", "source_uom_code")
# A system with a chart of its own needs classes for it, one that uses the network's needs to be numbered like it.
ACCOUNTS = Map("map_account_class", "accounts", "account_code_prefix", by_prefix=True)
CHARTED_ACCOUNTS = Map("map_gl_account", "accounts", "source_code_prefix", by_prefix=True)
FACILITIES = Map("map_facility", "facilities", "source_code")
COST_CENTERS = Map("map_cost_center", "cost centers", "source_code")
DEPARTMENTS = Map("map_department", "departments", "source_code")


@dataclass(frozen=True)
class Mapped:
    """A column whose values a seed maps.

    rows: the staging model, joined to another where the code stands elsewhere, or only some of its rows; money: what a
    row is worth, as SQL over it (None: rows are counted, and worth nothing by themselves); supplier: the column with the
    number of the supplier who may mean something of his own by the code (None: nobody does).
    """

    map: Map
    rows: str
    column: str
    money: str | None = None
    supplier: str | None = None

    @property
    def models(self) -> set[str]:
        return {match[0] for match in STAGING_MODEL.finditer(self.rows)}

    @property
    def system(self) -> str:
        return STAGING_MODEL.search(self.rows)[1]  # type: ignore[index]  # every line of MAPPED names a model


# An account of a ledger is a matter of cost where a cost center bears it; the others need no class.
MAPPED = (
    Mapped(
        UNITS,
        "stg_tryton__purchase_line join stg_tryton__uom using (source_instance, uom_id) "
        "join stg_tryton__purchase using (source_instance, purchase_id) "
        "join stg_tryton__party on stg_tryton__purchase.source_instance = stg_tryton__party.source_instance "
        "and supplier_id = party_id",
        "uom_symbol",
        "amount",
        supplier="party_code",
    ),
    Mapped(
        ACCOUNTS,
        "stg_tryton__account_move_line join stg_tryton__account using (source_instance, account_id) where is_expense",
        "account_code",
        "debit_amount - credit_amount",
    ),
    Mapped(FACILITIES, "stg_tryton__location where location_type = 'warehouse'", "location_code"),
    Mapped(
        UNITS,
        "stg_sap_s4__supplier_invoice_item join stg_sap_s4__supplier_invoice "
        "using (source_instance, invoice_number, fiscal_year)",
        "uom_code",
        "line_amount",
        supplier="supplier_id",
    ),
    Mapped(CHARTED_ACCOUNTS, "stg_sap_s4__journal_item where cost_center_code is not null", "gl_account_number", "amount"),
    Mapped(COST_CENTERS, "stg_sap_s4__journal_item", "cost_center_code", "amount"),
    Mapped(FACILITIES, "stg_sap_s4__supplier_invoice_item", "plant_code", "line_amount"),
    Mapped(
        UNITS,
        "stg_oracle_fusion__invoice_line join stg_oracle_fusion__invoice using (source_instance, invoice_id)",
        "uom_code",
        "amount",
        supplier="supplier_number",
    ),
    Mapped(CHARTED_ACCOUNTS, "stg_oracle_fusion__invoice_line", "account_code", "amount"),
    Mapped(COST_CENTERS, "stg_oracle_fusion__invoice_line", "cost_center_code", "amount"),
    Mapped(
        UNITS,
        "stg_d365__purchase_order_line join stg_d365__purchase_order using (source_instance, company_code, po_number)",
        "uom_code",
        "amount",
        supplier="supplier_id",
    ),
    Mapped(CHARTED_ACCOUNTS, "stg_d365__ledger_entry where cost_center_code is not null", "account_code", "amount"),
    Mapped(COST_CENTERS, "stg_d365__ledger_entry", "cost_center_code", "amount"),
    Mapped(FACILITIES, "stg_d365__purchase_order_line", "receiving_facility_code", "amount"),
    Mapped(
        UNITS,
        "stg_procurement__purchase_order_line join stg_procurement__purchase_order "
        "using (source_instance, purchase_order_id)",
        "uom_code",
        "amount",
        supplier="supplier_number",
    ),
    Mapped(CHARTED_ACCOUNTS, "stg_procurement__invoice_line", "account_code", "amount"),
    Mapped(COST_CENTERS, "stg_procurement__invoice_line", "cost_center_code", "amount"),
    Mapped(UNITS, "stg_inventory__stock_movement", "uom_code"),
    Mapped(FACILITIES, "stg_inventory__location", "facility_code"),
    Mapped(COST_CENTERS, "stg_inventory__location", "cost_center_code"),
    Mapped(COST_CENTERS, "stg_hcm__payroll_line", "cost_center_code", "amount"),
    Mapped(FACILITIES, "stg_hcm__payroll_line", "facility_code", "amount"),
    Mapped(COST_CENTERS, "stg_time_attendance__time_card", "worked_cost_center_code"),
    Mapped(COST_CENTERS, "stg_revenue_cycle__charge", "cost_center_code", "charge_amount"),
    Mapped(FACILITIES, "stg_revenue_cycle__coded_abstract", "facility_code"),
    Mapped(
        CHARTED_ACCOUNTS,
        "stg_finance_files__ledger_line where cost_center_code is not null",
        "gl_account_code",
        "functional_amount",
    ),
    Mapped(COST_CENTERS, "stg_finance_files__ledger_line", "cost_center_code", "functional_amount"),
    Mapped(FACILITIES, "stg_perioperative__surgical_case", "facility_code"),
    Mapped(UNITS, "stg_clm__contract_price_line", "uom_code"),
    Mapped(
        DEPARTMENTS,
        "stg_fhir_r4__encounter_location join stg_fhir_r4__location using (source_instance, location_id)",
        "location_code",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Unmapped:
    """A code of one instance that its map does not have: on how many rows, and what they are worth."""

    instance: str
    code: str
    rows: int
    money: Decimal | None


def unmapped(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[Mapped, list[Unmapped]]]:
    """For each column whose models and map are built: the codes that are not mapped, dearest first."""
    tables = connection.execute("SELECT table_schema, table_name FROM information_schema.tables").fetchall()
    for mapped in MAPPED:
        needed = {("staging", model) for model in mapped.models} | {("seeds", mapped.map.seed)}
        if needed <= set(tables):
            yield mapped, [Unmapped(*row) for row in connection.execute(_question(connection, mapped)).fetchall()]


def _question(connection: duckdb.DuckDBPyConnection, mapped: Mapped) -> str:
    rows = STAGING_MODEL.sub(lambda match: f"staging.{match[0]}", mapped.rows)
    money = f"sum(abs({mapped.money}))" if mapped.money else "NULL"
    code = f"map.{mapped.map.code}"
    fits = f"starts_with(found.code, {code})" if mapped.map.by_prefix else f"found.code = {code}"
    columns = connection.execute(f"DESCRIBE seeds.{mapped.map.seed}").fetchall()
    # A map that two instances of one system must not share says which of them it is for.
    own = (
        "AND map.source_instance IN ('*', found.source_instance)"
        if "source_instance" in {c[0] for c in columns}
        else ""
    )
    # What one supplier means by a code says nothing of what another does.
    his = "AND map.supplier_code IN ('*', found.supplier)" if mapped.supplier else ""
    return (
        f"WITH found AS (SELECT source_instance, {mapped.column} AS code, {mapped.supplier or 'NULL'} AS supplier, "
        f"count(*) AS lines, {money} AS money FROM {rows} GROUP BY ALL) "
        "SELECT source_instance, code, sum(lines) AS lines, sum(money) AS money FROM found "
        f"WHERE code IS NOT NULL AND NOT EXISTS (SELECT 1 FROM seeds.{mapped.map.seed} AS map "
        f"WHERE map.source_system = '{mapped.system}' {own} {his} AND {fits}) "
        "GROUP BY source_instance, code ORDER BY money DESC NULLS LAST, lines DESC, code"
    )
