"""How SAP numbers and codes what the network shares, and which sites keep their books in it.

Belongs here: macros and views that more than one area of SAP reads. Not here: entity sets.
"""

from simulator.network.calendar import month_start
from simulator.network.places import COMPANIES, SAP

SOURCE = "sap_s4"
COMPANY = next(company for company, erp in COMPANIES.items() if erp == SAP)
FIRST_DAY = month_start(1).isoformat()

# Prices are kept to two decimals and say per how many units: here per 100 packs, so that four decimals are.
VIEWS = f"""
    CREATE TEMP MACRO purchase_order(po) AS '45' || right(po, 8);
    CREATE TEMP MACRO requisition_number(requisition) AS '10' || right(requisition, 8);
    CREATE TEMP MACRO contract_text(contract) AS '46' || lpad(number_of(contract)::VARCHAR, 8, '0');
    CREATE TEMP MACRO item_text(line) AS lpad((line * 10)::VARCHAR, 5, '0');
    -- A contract of a distributor has more lines than steps of ten have room for.
    CREATE TEMP MACRO contract_item(line) AS lpad(line::VARCHAR, 5, '0');
    CREATE TEMP MACRO goods_receipt(receipt) AS '50' || right(receipt, 8);
    CREATE TEMP MACRO supplier_invoice(invoice) AS '51' || right(invoice, 8);
    CREATE TEMP MACRO terms(days) AS 'N' || lpad(days::VARCHAR, 3, '0');
    CREATE TEMP MACRO fiscal_year(day) AS year(day + INTERVAL 3 MONTH)::VARCHAR;
    CREATE TEMP MACRO fiscal_period(day) AS lpad(month(day + INTERVAL 3 MONTH)::VARCHAR, 3, '0');
    CREATE TEMP MACRO merchandise(item_class) AS left(upper(item_class), 9);
    -- Storage locations are numbered within a plant: its store room, and its departments' carts.
    CREATE TEMP MACRO storage(location) AS if(suffix(location, 'STORE'), '0001', 'C' || right(location, 3));

    CREATE TEMP VIEW site AS
        SELECT code AS site, company, name AS business_unit, DATE '1900-01-01' AS first_day,
            TIMESTAMP '1900-01-01 02:00:00' AS taken_over_at
        FROM truth_site WHERE erp = '{SAP}';
    -- Stock has one standard price everywhere, in whole cents.
    CREATE TEMP VIEW standard AS
        SELECT item_id, item_class, greatest(0.01, round(list_price, 2))::DECIMAL(12, 2) AS standard_price
        FROM truth_item;
    CREATE TEMP VIEW place AS
        SELECT code AS location, site, coalesce(nullif(cost_center, ''), general) AS cost_center
        FROM truth_location SEMI JOIN site USING (site)
        LEFT JOIN (SELECT site, min(code) AS general FROM truth_cost_center GROUP BY site) USING (site);
"""
# The record under which stock of an item is kept, on each day.
STOCK_RECORDS = """
    CREATE TEMP TABLE stock_record AS
        SELECT item_id, source_pk AS item_number, base_uom, from_date, to_date
        FROM item_record WHERE from_thousandth = 0;
"""
