"""The rates at which the demo network is dirty, and how each is counted in the truth.

Belongs here: what the design of the network promises, as data. Not here: counting it (rates.py), volumes (volumes.py).
"""

from typing import NamedTuple


class Rate(NamedTuple):
    """`measure` of the rows of `source` that meet `of` is the population; of those that meet `has`, what is planted.

    Where `about` says why a rate cannot be met to the row, it may be off by the share `within` of its target.
    """

    pattern: str
    rate: float
    population: str
    source: str
    has: str
    label: str
    of: str = "true"
    measure: str = "count(*)"
    about: str = ""
    within: float = 0.0


RECORD = "truth_source_item"
ORDERED = "truth_order_line WHERE origin <> 'PREFCARD'"
FLUID_MONTH = "item_class = 'Intravenous fluid' AND order_date BETWEEN DATE '2026-02-01' AND DATE '2026-02-28'"
ANSWERED = f"truth_order_line JOIN truth_item USING (item_id) WHERE origin <> 'PREFCARD' AND NOT ({FLUID_MONTH})"
SHORT = f"truth_order_line JOIN truth_item USING (item_id) WHERE origin <> 'PREFCARD' AND {FLUID_MONTH}"
RECEIVED = "truth_receipt_line JOIN truth_order_line USING (po_number, line) WHERE origin <> 'PREFCARD'"
BILLED = "truth_exception JOIN truth_invoice USING (invoice_id) WHERE kind = 'INVOICE'"
FIRST_BILLED = (
    "truth_exception JOIN truth_invoice USING (invoice_id)"
    " WHERE kind IN ('INVOICE', 'COPY', 'SERVICE', 'UNMATCHED_CREDIT')"
)
RETURNED = "truth_receipt_line JOIN truth_order_line USING (po_number, line) LEFT JOIN truth_return_line AS back"
RETURNED += " USING (receipt_number, receipt_line) WHERE origin <> 'PREFCARD'"
TOLD = "truth_stock_movement WHERE movement <> 'SHRINK'"
# Held: the sum of 25 month's ends, of which a year has twelve. What there was counts at all, what moved at those after it.
WORTH = """(
    SELECT 'HELD' AS kind, opening * standard_cost * 25 / 12 AS worth FROM truth_inventory UNION ALL
    SELECT unnest(['HELD', movement]),
        quantity * standard_cost * unnest([date_diff('month', date, DATE '2026-11-01') / 12, -1])
    FROM truth_stock_movement JOIN truth_inventory USING (location, item_id))"""
DELIVERED = "truth_charge LEFT JOIN truth_event ON event_id = charge_id"
NEAR = """truth_item LEFT JOIN (
    SELECT DISTINCT item_id, true AS is_near FROM truth_source_item JOIN truth_item_pair
        ON (source, source_pk) IN ((a_source, a_pk), (b_source, b_pk)) WHERE relation = 'near_miss') USING (item_id)"""
DELIVERY = "count(DISTINCT (truth_receipt_line.po_number, arrived_date))"
OUTSIDE = "order lines to suppliers, without fluids in their shortage"
ROUNDED = "each month's share is rounded by itself"

ITEMS = [
    *(
        Rate(
            f"item twice in {name}", 0.06, f"items in {source}", f"{RECORD} WHERE source = '{source}'",
            "duplicate_kind IS NOT NULL", f"{RECORD}.duplicate_kind", of="duplicate_kind IS NULL",
        )
        for name, source in (
            ("SAP", "sap_s4"), ("Oracle", "oracle_fusion"), ("D365", "d365"), ("H8's system", "legacy_h8"),
        )
    ),
    Rate(
        "item in two sources or more", 0.48, "golden items",
        f"(SELECT item_id, count(DISTINCT source) AS sources FROM {RECORD} GROUP BY item_id)", "sources >= 2",
        f"{RECORD}.item_id, .source",
    ),
    Rate("GTIN missing", 0.38, "item records", RECORD, "gtin_label = 'MISSING'", f"{RECORD}.gtin_label"),
    Rate("GTIN check digit", 0.008, "item records", RECORD, "gtin_label = 'CHECK_DIGIT'", f"{RECORD}.gtin_label"),
    Rate("GTIN of the pack", 0.025, "item records", RECORD, "gtin_label = 'OTHER_LEVEL'", f"{RECORD}.gtin_label"),
    Rate("maker wrong", 0.14, "item records", RECORD, "manufacturer_label <> 'CLEAN'", f"{RECORD}.manufacturer_label"),
    Rate(
        "pack factor or unit wrong", 0.015, "item records with a pack", f"{RECORD} WHERE true_pack > 1",
        "pack_label IN ('FACTOR', 'UNIT')", f"{RECORD}.pack_label",
    ),
    Rate(
        "pack factor missing", 0.006, "item records with a pack", f"{RECORD} WHERE true_pack > 1",
        "pack_label = 'MISSING'", f"{RECORD}.pack_label",
    ),
    *(
        Rate(
            f"CS for case in {name}", 0.60, f"records of {source} bought by the case",
            f"{RECORD} WHERE source = '{source}' AND purchase_uom IN ('CA', 'CS')", "is_cs_for_case",
            f"{RECORD}.is_cs_for_case",
        )
        for name, source in (("SAP", "sap_s4"), ("H8's system", "legacy_h8"))
    ),
    Rate(
        "near miss", 0.09, "pairs of golden items", NEAR, "is_near", "truth_item_pair.relation", measure="sum(0.5)",
    ),
    Rate(
        "inactive and ordered", 0.03, "records of ERPs that documents take",
        f"{RECORD} WHERE is_in_use AND source <> 'ehr' AND replaced_by IS NULL", "is_inactive_ordered",
        f"{RECORD}.is_inactive_ordered",
    ),
    *(
        Rate(
            f"GTIN changed in fiscal year {year}", 0.07, "golden items",
            "truth_item LEFT JOIN truth_gtin_change USING (item_id)",
            f"changed_on BETWEEN DATE '{year - 1}-10-01' AND DATE '{year}-09-30'", "truth_gtin_change",
        )
        for year in (2025, 2026)
    ),
    Rate(
        "vendor in a cluster of doubles", 0.28, "vendor records", "truth_source_supplier", "cluster_size > 1",
        "truth_source_supplier.cluster_size",
    ),
    Rate(
        "vendor's name of another", 0.012, "vendor records", "truth_source_supplier", "same_name_as IS NOT NULL",
        "truth_source_supplier.same_name_as",
    ),
]  # fmt: skip

PRICES = [
    *(
        Rate(
            f"contract price {name}", rate, "order lines with a price line",
            "truth_contract_price WHERE contract_number IS NOT NULL", f"label = '{label}'", "truth_contract_price.label",
        )
        for name, label, rate in (("not loaded", "NOT_LOADED", 0.04), ("late", "LATE", 0.03), ("expired", "EXPIRED", 0.02))
    ),
    Rate(
        "order price not the contract's", 0.07, "order lines", "truth_contract_price", "price_fault IS NOT NULL",
        "truth_contract_price.price_fault",
    ),
    Rate(
        "order price by the pack ratio", 0.004, "order lines", "truth_contract_price", "price_fault = 'PACK_RATIO'",
        "truth_contract_price.price_fault",
    ),
    Rate(
        "off contract", 0.06, "order lines", "truth_contract_price", "label = 'OFF_CONTRACT'",
        "truth_contract_price.label",
    ),
    Rate(
        "off contract, of spend", 0.11, "dollars of order lines",
        "truth_order_line JOIN truth_contract_price USING (po_number, line)", "label = 'OFF_CONTRACT'",
        "truth_contract_price.label", measure="sum(packs * contract_price)",
        about="it is drawn by the row and counted by the dollar", within=0.05,
    ),
    Rate(
        "equivalent on contract", 0.05, "order lines", "truth_contract_price", "label = 'EQUIVALENT'",
        "truth_contract_price.label",
    ),
]  # fmt: skip

ANSWERS = [
    *(
        Rate(f"answer: {name}", rate, OUTSIDE, ANSWERED, f"response = '{code}'", "truth_order_line.response")
        for name, code, rate in (
            ("none", "NONE", 0.12), ("backorder", "BACKORDER", 0.045), ("refused", "REJECT", 0.011),
            ("substitute", "SUBSTITUTE", 0.016), ("price change", "PRICE_CHANGE", 0.022),
            ("date change", "DATE_CHANGE", 0.06),
        )
    ),
    Rate(
        "answer: backorder in the shortage", 0.12, "order lines of fluids in their shortage", SHORT,
        "response = 'BACKORDER'", "truth_order_line.response",
    ),
]  # fmt: skip

RECEIPTS = [
    Rate("receipt partial", 0.07, "order lines to suppliers", ORDERED, "delivery = 'PARTIAL'", "truth_order_line.delivery"),
    Rate("never received", 0.009, "order lines to suppliers", ORDERED, "delivery = 'NEVER'", "truth_order_line.delivery"),
    Rate("receipt over", 0.012, "receipt lines", RECEIVED, "packs_over > 0", "truth_receipt_line.packs_over"),
    Rate("receipt short unnoticed", 0.008, "receipt lines", RECEIVED, "packs_missing > 0", "truth_receipt_line.packs_missing"),
    Rate("receipt on a wrong line", 0.005, "receipt lines", RECEIVED, "is_wrong_line", "truth_receipt_line.is_wrong_line"),
    Rate(
        "receipt posted late", 0.09, "deliveries but H6's", f"{RECEIVED} AND site <> 'H6'", "is_late",
        "truth_receipt_line.is_late", measure=DELIVERY,
    ),
    Rate(
        "receipt posted late at H6", 0.22, "deliveries of H6", f"{RECEIVED} AND site = 'H6'", "is_late",
        "truth_receipt_line.is_late", measure=DELIVERY,
    ),
    Rate("returned", 0.016, "receipt lines", RETURNED, 'back."return" IS NOT NULL', "truth_return_line"),
    Rate(
        "credit overdue", 0.20, "returns", "truth_return_line", "is_credit_overdue", "truth_return_line.is_credit_overdue",
    ),
]  # fmt: skip

INVOICES = [
    *(
        Rate(f"invoice: {name}", rate, "invoice lines of receipts", BILLED, f"code = '{code}'", "truth_exception.code")
        for name, code, rate in (
            ("price over", "PRICE_OVER", 0.048), ("price under", "PRICE_UNDER", 0.011),
            ("quantity over", "QTY_OVER", 0.023), ("wrong unit", "UOM", 0.009),
        )
    ),
    *(
        Rate(
            f"invoice: {name}", rate, "invoices of receipts", "truth_invoice WHERE kind = 'INVOICE'", flag,
            f"truth_invoice.{flag}",
        )
        for name, flag, rate in (
            ("before the receipt", "is_before_receipt", 0.08), ("freight not allowed", "is_freight_wrong", 0.014),
            ("tax error", "is_tax_wrong", 0.005), ("currency error", "is_currency_wrong", 0.0005),
        )
    ),
    *(
        Rate(
            f"invoice: {name}", rate, "invoices of receipts", "truth_invoice", f"kind = '{kind}'", "truth_invoice.kind",
            of="kind = 'INVOICE'",
        )
        for name, kind, rate in (
            ("duplicate", "COPY", 0.006), ("no order", "SERVICE", 0.035), ("unmatched credit", "UNMATCHED_CREDIT", 0.007),
            ("billed anew", "REBILL", 0.005),
        )
    ),
    Rate(
        "invoice: duplicate, number altered", 0.45, "duplicates", "truth_invoice WHERE kind = 'COPY'", "is_altered",
        "truth_invoice.is_altered",
    ),
    Rate(
        "invoice: does not pass at first", 0.17, "invoice lines but credits of returns and rebills", FIRST_BILLED,
        "code <> 'CLEAN' OR is_freight_wrong OR is_tax_wrong OR is_currency_wrong OR is_receipt_missing",
        "truth_exception.code, truth_invoice.is_*", about="it is what the others sum to", within=0.18,
    ),
]  # fmt: skip

USES = [
    *(
        Rate(f"use: {name}", rate, "lines of use", "truth_use", f"label = '{label}'", "truth_use.label")
        for name, label, rate in (
            ("item not mapped", "ITEM_UNMAPPED", 0.022), ("documented late", "DOCUMENTED_LATE", 0.07),
            ("scanned twice", "DOUBLE_SCAN", 0.008), ("of a wrong case", "WRONG_CASE", 0.002),
        )
    ),
    *(
        Rate(f"use: {name}", rate, population, "truth_use", f"label = '{label}'", "truth_use.label", of=of)
        for name, label, rate, population, of in (
            ("lot missing", "MISSING_LOT", 0.06, "implants used", "is_implant AND used > 0"),
            ("serial missing", "MISSING_SERIAL", 0.09, "implants used", "is_implant AND used > 0"),
            ("not charged", "NOT_CHARGED", 0.034, "chargeable lines used", "is_chargeable AND used > 0"),
            ("charged, not used", "CHARGED_NOT_USED", 0.009, "chargeable lines used", "is_chargeable AND used > 0"),
            ("bill-only without an order at month's end", "BILL_ONLY_NO_PO", 0.11, "bill-only lines used",
             "ownership = 'BILL_ONLY' AND used > 0"),
        )
    ),
]  # fmt: skip

STOCK = [
    *(
        Rate(
            f"movement {name} in the ERP", rate, "movements that an ERP is told of", TOLD, f"erp_fault = '{fault}'",
            "truth_stock_movement.erp_fault",
        )
        for name, fault, rate in (
            ("missing", "MISSING", 0.009), ("twice", "DUPLICATE", 0.003), ("in a wrong unit", "WRONG_UOM", 0.002),
            ("at a wrong location", "WRONG_LOCATION", 0.005),
        )
    ),
    *(
        Rate(
            f"stock {name}", rate, "dollars of stock held, a year", WORTH, f"kind = '{kind}'",
            "truth_stock_movement.movement", of="kind = 'HELD'", measure="sum(worth)",
            about="it is lost by the item until a month has its share", within=0.05,
        )
        for name, kind, rate in (("vanished", "SHRINK", 0.004), ("expired", "EXPIRE", 0.013))
    ),
]  # fmt: skip

PEOPLE = [
    Rate(
        "home department wrong", 0.012, "workers", "truth_worker", "home_cost_center <> reported_cost_center",
        "truth_worker.reported_cost_center",
    ),
    Rate(
        "floated to another department", 0.06, "hours",
        "truth_shift JOIN truth_worker USING (worker_id)", "worked_cost_center <> home_cost_center",
        "truth_shift.worked_cost_center", measure="sum(hours)", about="it is drawn by the shift and counted by the hour",
        within=0.05,
    ),
    Rate(
        "agency, all of them nurses", 0.04, "workers", "truth_worker", "is_agency AND job_family = 'Registered nurse'",
        "truth_worker.is_agency",
    ),
    Rate(
        "pay corrected", 0.02, "pay lines", "truth_pay_line", "corrects_run IS NOT NULL AND amount < 0",
        "truth_pay_line.corrects_run", of="corrects_run IS NULL",
    ),
]  # fmt: skip

VISITS = [
    *(
        Rate(f"visit {name}", rate, "visits", "truth_encounter", has, f"truth_encounter.{column}")
        for name, rate, has, column in (
            ("of a person merged later", 0.003, "merged_from_person_id IS NOT NULL", "merged_from_person_id"),
            ("cancelled", 0.011, "status = 'cancelled'", "status"),
            ("in a department not mapped", 0.004, "is_department_unmapped", "is_department_unmapped"),
        )
    ),
    Rate(
        "DRG changed after the first bill", 0.025, "finished stays",
        "truth_encounter WHERE class = 'IMP' AND status = 'finished'", "first_ms_drg IS NOT NULL",
        "truth_encounter.first_ms_drg",
    ),
    Rate(
        "DRG not groupable", 0.001, "finished stays", "truth_encounter WHERE class = 'IMP' AND status = 'finished'",
        "ms_drg = '999' AND drg_weight = 0", "truth_encounter.ms_drg", about="the last days' stays are not coded yet",
        within=0.05,
    ),
]  # fmt: skip

EVENTS = [
    Rate(
        f"delivery {name}", rate, "charges", DELIVERED, f"fault {fault}", "truth_event.fault", about=ROUNDED, within=within,
    )
    for name, rate, fault, within in (
        ("again", 0.015, "= 'DUPLICATE'", 0.02), ("out of order", 0.04, "LIKE 'LATE%'", 0.02),
        ("late by more than an hour", 0.02, "IN ('LATE_WITHIN_DAYS', 'LATE_BEYOND_WEEK')", 0.02),
        ("late by more than a week", 0.002, "= 'LATE_BEYOND_WEEK'", 0.1), ("malformed", 0.0008, "= 'MALFORMED'", 0.2),
    )
]  # fmt: skip

RATES = ITEMS + PRICES + ANSWERS + RECEIPTS + INVOICES + USES + STOCK + PEOPLE + VISITS + EVENTS

# What happens on the way is no rate of the data: a pattern, and where it is.
ELSEWHERE = {
    "page drift at each run": "faults shifting_page, repeated_page, empty_page",
    "bursts of 429": "fault 429",
    "5xx 0.5 %": "fault 5xx with a rate of 0.005",
    "token expiry": "fault token_expired",
    "three schema changes": "faults drift_added, drift_renamed, drift_enum",
    "one truncated full file": "truth_truncated_file (one night of H8's item file); fault truncated_full_file",
    "one silent source": "fault silent",
    "stamps without a zone, fold of daylight saving": "files/: local times without an offset, nights of the fold too",
    "lost webhook 0.4 %": "later issue: webhooks",
    "faults of messages (duplicate, out of order, malformed) in HL7 and X12": "later issue: HL7, X12",
}
