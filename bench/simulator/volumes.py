"""How much of everything the demo network has at scale 1, and where it is counted in the truth.

Belongs here: volumes, as data. Not here: counting them (rates.py).
"""

from typing import Literal, NamedTuple


class Volume(NamedTuple):
    """grows_with: of what happens, scale and time; of what exists, scale; of shares, means and places, nothing."""

    name: str
    at_scale_1: float
    source: str
    measure: str = "count(*)"
    grows_with: Literal["year", "scale", "fixed"] = "year"


CASE = "truth_case WHERE status = 'COMPLETED' AND kind"
CASE_USE = "truth_use JOIN truth_case USING (case_id) WHERE kind"
ROOM_CASE = "truth_case JOIN truth_encounter USING (encounter_id) WHERE truth_case.status = 'COMPLETED' AND kind = 'OR'"
IMPLANTED = f"""(
    SELECT coalesce(bool_or(is_implant AND used > 0), false) AS is_implanted
    FROM (FROM {CASE} = 'OR') LEFT JOIN truth_use USING (case_id) GROUP BY case_id)"""
BEDDED = """(
    SELECT (SELECT count(*) FROM truth_med_admin) AS given,
        sum(date_diff('minute', admitted_at, coalesce(discharged_at, TIMESTAMP '2026-11-01'))) / 1440 AS days
    FROM truth_encounter WHERE class IN ('IMP', 'OBSENC') AND status IN ('finished', 'in-progress'))"""
ORDER = "(SELECT po_number, count(*) AS lines FROM truth_order_line GROUP BY ALL)"
SPENT = """(
    SELECT sum(packs * price) AS spent, rank() OVER (ORDER BY spent DESC) AS rank FROM truth_order_line
    GROUP BY supplier_id)"""
EXPENSE = "truth_gl_line JOIN truth_account ON account = code WHERE truth_account.kind = 'EXPENSE'"

CARE = [
    Volume("inpatient stays", 108_000, "truth_encounter WHERE class = 'IMP'"),
    Volume("observation stays", 25_000, "truth_encounter WHERE class = 'OBSENC'"),
    Volume("emergency visits", 480_000, "truth_encounter WHERE class = 'EMER'"),
    Volume("outpatient visits", 1_600_000, "truth_encounter WHERE class = 'AMB'"),
    Volume("operations of inpatients", 28_000, f"{ROOM_CASE} AND class = 'IMP'"),
    Volume("operations of outpatients", 62_000, f"{ROOM_CASE} AND class <> 'IMP'"),
    Volume("cath, radiology and endoscopy cases", 60_000, f"{CASE} <> 'OR'"),
    Volume("share of operations with an implant", 0.24, IMPLANTED, "avg(is_implanted::INT)", "fixed"),
    Volume("lines used in an operation", 28, f"{CASE_USE} = 'OR'", "count(*) / count(DISTINCT case_id)", "fixed"),
    Volume("lines used in a cath case", 12, f"{CASE_USE} = 'CATH'", "count(*) / count(DISTINCT case_id)", "fixed"),
    Volume("lines of use", 3_200_000, "truth_use"),
    Volume("administrations of drugs", 5_700_000, "truth_med_admin"),
    Volume("administrations of drugs a patient day", 11, BEDDED, "any_value(given / days)", "fixed"),
    # Of 30 million, of those without use behind them one in ten.
    Volume("charges", 3_000_000, "truth_charge"),
]
MASTERS = [
    Volume("golden items", 85_000, "truth_item", grows_with="scale"),
    *(
        Volume(f"item records, {source}", records, f"truth_source_item WHERE source = '{source}'", grows_with="scale")
        for source, records in (
            ("sap_s4", 70_000), ("oracle_fusion", 34_000), ("d365", 19_000), ("legacy_h8", 6_000), ("ehr", 19_000),
        )
    ),
    Volume("golden suppliers", 2_400, "truth_supplier", grows_with="scale"),
    Volume("vendor records", 4_100, "truth_source_supplier", grows_with="scale"),
    Volume("share of spend of the 60 largest suppliers", 0.8, SPENT, "sum(spent) FILTER (rank <= 60) / sum(spent)", "fixed"),
    Volume("share of lines of three distributors", 0.45, "truth_order_line", "avg((supplier_id <= 'S-0003')::INT)", "fixed"),
    Volume("contracts", 1_250, "truth_contract", grows_with="scale"),
    Volume("contract price lines", 190_000, "truth_contract_line", grows_with="scale"),
]  # fmt: skip
SUPPLY = [
    Volume("requisition lines", 1_350_000, "truth_requisition_line"),
    Volume("orders", 225_000, "truth_order_line", "count(DISTINCT po_number)"),
    Volume("order lines", 1_120_000, "truth_order_line"),
    Volume("lines of an order", 5, ORDER, "avg(lines)", "fixed"),
    Volume("share of orders of one line", 0.3, ORDER, "avg((lines = 1)::INT)", "fixed"),
    Volume("acknowledgement lines", 950_000, "truth_acknowledgement_line"),
    Volume("ship notice lines", 700_000, "truth_shipment_line WHERE is_noticed"),
    Volume("receipt lines", 1_250_000, "truth_receipt_line"),
    Volume("invoices", 265_000, "truth_invoice"),
    Volume("invoice lines", 1_150_000, "truth_exception"),
    Volume("payments", 48_000, "truth_payment"),
    Volume("stock movements", 9_000_000, "truth_stock_movement"),
    Volume("items at locations", 42_000, "truth_inventory", grows_with="scale"),
    Volume("locations", 900, "truth_location", grows_with="fixed"),
]
BOOKS = [
    Volume("cost centers", 1_150, "truth_cost_center", grows_with="fixed"),
    Volume("accounts", 620, "truth_account", grows_with="fixed"),
    Volume("ledger lines", 6_000_000, "truth_gl_line"),
    Volume("workers", 21_000, "truth_worker", grows_with="scale"),
    Volume("shifts", 4_600_000, "truth_shift"),
    Volume("pay lines", 3_400_000, "truth_pay_line"),
    Volume("operating expense, dollars", 3_600_000_000, EXPENSE, "sum(amount)"),
]

VOLUMES = CARE + MASTERS + SUPPLY + BOOKS
