"""A small world of Parquet files, made by hand.

Belongs here: a few orders with everything that breaks a reader: null, quotes, 0.10, a slash in a key, several pages.
Not here: assertions.
"""

from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

ORDERS = 2350  # Two full pages of 1,000 and a rest.
LINES = 12_345  # A page of 10,000 and a rest.

STAMP, QUANTITY, AMOUNT = pa.timestamp("ms", tz="UTC"), pa.decimal128(13, 3), pa.decimal128(12, 3)


def write(folder: Path, name: str, columns: dict[str, tuple[pa.DataType, list[Any]]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {column: pa.array(values, type_) for column, (type_, values) in columns.items()}
    pq.write_table(pa.table(arrays), folder / f"{name}.parquet")


def write_sap(folder: Path) -> None:
    """2,350 orders; 4500000001 has two items, the first with two schedule lines; the others one item and no schedule."""
    numbers = [f"45{number:08}" for number in range(1, ORDERS + 1)]
    text = pa.string()
    write(
        folder,
        "A_PurchaseOrder",
        {
            "PurchaseOrder": (text, numbers),
            "CompanyCode": (text, ["1010"] * ORDERS),
            "Supplier": (text, [None if at == 1 else f"{17000000 + at % 7}" for at in range(ORDERS)]),
            "PurchaseOrderDate": (pa.date32(), [date(2024, 5, 16)] * ORDERS),
            "LastChangeDateTime": (STAMP, [datetime(2025, 1, 1 + at % 28, 12, 30, tzinfo=UTC) for at in range(ORDERS)]),
            "ReleaseIsNotCompleted": (pa.bool_(), [at % 2 == 0 for at in range(ORDERS)]),
        },
    )
    items = [(numbers[0], "00010"), (numbers[0], "00020"), *((number, "00010") for number in numbers[1:])]
    texts = ['O\'Brien "8 Fr" \\ catheter\n', "Überzug 5µ", None, *["Glove"] * (len(items) - 3)]
    write(
        folder,
        "A_PurchaseOrderItem",
        {
            "PurchaseOrder": (text, [order for order, _ in items]),
            "PurchaseOrderItem": (text, [item for _, item in items]),
            "PurchaseOrderItemText": (text, texts),
            "OrderQuantity": (QUANTITY, [Decimal("12.5"), Decimal(10), None, *[Decimal(1)] * (len(items) - 3)]),
            "NetPriceAmount": (AMOUNT, [Decimal("0.10"), Decimal("817.555"), *[Decimal("11")] * (len(items) - 2)]),
        },
    )
    write(
        folder,
        "A_PurchaseOrderScheduleLine",
        {
            "PurchasingDocument": (text, [numbers[0]] * 2),
            "PurchasingDocumentItem": (text, ["00010"] * 2),
            "ScheduleLine": (text, ["0001", "0002"]),
            "ScheduleLineDeliveryDate": (pa.date32(), [date(2024, 6, 1), None]),
            "ScheduleLineDeliveryTime": (pa.time32("s"), [clock(6, 5, 4), clock(0, 0)]),
        },
    )
    write(
        folder,
        "A_Product",
        {
            "Product": (text, ["O'RING/2", "PLAIN"]),
            "LastChangeDateTime": (STAMP, [datetime(2025, 3, 9, 8, 0, 0, 250_000, tzinfo=UTC), None]),
        },
    )
    write(
        folder,
        "A_CostCenter",
        {
            "ControllingArea": (text, ["A000"]),
            "CostCenter": (text, ["H1-4010"]),
            "ValidityEndDate": (pa.date32(), [date(9999, 12, 31)]),
        },
    )


def write_d365(folder: Path) -> None:
    """12,345 lines of the company h7 and five of h9; two headers, one of each company."""
    companies = ["h7"] * LINES + ["h9"] * 5
    count, text = len(companies), pa.string()
    write(
        folder,
        "PurchaseOrderHeadersV2",
        {
            "dataAreaId": (text, ["h7", "h9"]),
            "PurchaseOrderNumber": (text, ["PO-1", "PO-1"]),
            "PurchaseOrderStatus": (text, ["Backorder", "Canceled"]),
            "AccountingDate": (pa.date32(), [date(2025, 2, 3), None]),
            "ModifiedDateTime": (STAMP, [datetime(2025, 2, 3, 9, 0, tzinfo=UTC)] * 2),
        },
    )
    write(
        folder,
        "PurchaseOrderLinesV2",
        {
            "dataAreaId": (text, companies),
            "PurchaseOrderNumber": (text, ["PO-1"] * count),
            "LineNumber": (pa.int64(), list(range(1, count + 1))),
            "LineDescription": (text, [None] * count),
            "LineAmount": (pa.decimal128(18, 2), [Decimal("0.10")] * count),
        },
    )


def write_network(world: Path) -> None:
    """A whole world, to be served by the process that serves all systems: SAP with versions, Dynamics 365 without.

    2,350 orders at first; 50 more come on 2 October 2026, and one more each hour of the 3rd. On the 3rd the first ten
    get another supplier, and the eleventh vanishes.
    """
    write_d365(world / "systems" / "d365")
    begin, second, third = (datetime.fromisoformat(day) for day in ("2025-01-01", "2026-10-02", "2026-10-03"))
    first = [(at, f"S{at % 7}", begin, third if at < 11 else None) for at in range(ORDERS)]
    second_day = [(ORDERS + at, "S0", second + timedelta(minutes=at), None) for at in range(50)]
    third_day = [(ORDERS + 50 + at, "S1", third + timedelta(hours=at), None) for at in range(24)]
    changed = [(at, "S9", third, None) for at in range(10)]
    rows = sorted(first + second_day + third_day + changed, key=lambda row: (row[0], row[2]))
    text, instant = pa.string(), pa.timestamp("us")
    write(
        world / "systems" / "sap_s4",
        "A_PurchaseOrder",
        {
            "PurchaseOrder": (text, [f"45{row[0] + 1:08}" for row in rows]),
            "CompanyCode": (text, ["1000"] * len(rows)),
            "PurchaseOrderType": (text, ["NB"] * len(rows)),
            "PurchasingProcessingStatus": (text, ["02"] * len(rows)),
            "CreationDate": (pa.date32(), [begin.date()] * len(rows)),
            "LastChangeDateTime": (instant, [row[2] for row in rows]),
            "Supplier": (text, [row[1] for row in rows]),
            "PaymentTerms": (text, ["N030"] * len(rows)),
            "_from": (instant, [row[2] for row in rows]),
            "_until": (instant, [row[3] for row in rows]),
        },
    )
