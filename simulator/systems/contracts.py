"""What the contract service shows: every contract with its versions, tiers, the market basket of which a tier may ask a
share, who is eligible, its price lines, and what the implants of one case may cost at most.

Belongs here: how the truth's contracts look there. Not here: the service (simulator/serve/saas/contracts.py).

A contract has a version for each day on which something of it becomes known: it is signed a month before it starts, prices
and eligibility that change later are known some days before they take effect, and it ends. A price that is announced after
it took effect is known from then on, and until then the one before it has no end but the contract's. When a buyer had a
price in his ERP (the truth's `loaded_on`) is not the contract's and not shown. A cap on the implants of a case is agreed
with everybody who sells such implants to the site: it stands in each of their contracts.
"""

from pathlib import Path

import pyarrow as pa

from simulator.network.identifiers import gln
from simulator.network.places import SITES
from simulator.systems.documents import open_documents, parts_of, write_documents

SIGNED_BEFORE_DAYS, KNOWN_BEFORE_DAYS = 30, 10
COLUMNS = {
    "truth_price_cap": "site VARCHAR, procedure_code_prefix VARCHAR, item_class VARCHAR, cap DECIMAL(18, 2), from_date DATE",
    "truth_supplier_in_use": "source VARCHAR, supplier_id VARCHAR, source_pk VARCHAR, from_thousandth BIGINT",
}
# The numbers of the network's own places stand apart from those of its suppliers.
FIRST_FACILITY = 900_000_000

VIEWS = f"""
    CREATE TEMP MACRO known_from(signed, starts, takes_effect) AS
        if(takes_effect <= starts, signed, greatest(signed, takes_effect - {KNOWN_BEFORE_DAYS}));
    CREATE TEMP TABLE header AS
        SELECT *, starts_on - {SIGNED_BEFORE_DAYS} AS signed_on FROM truth_contract JOIN truth_supplier USING (supplier_id)
        LEFT JOIN (SELECT supplier_id, source_pk AS vendor FROM truth_supplier_in_use
                   WHERE source = 'sap_s4' AND from_thousandth = 0) USING (supplier_id);
    CREATE TEMP TABLE priced AS
        SELECT line.*, manufacturer_part_number, if(pack = 1, gtin, pack_gtin) AS line_gtin,
            coalesce(announced_on, known_from(signed_on, starts_on, from_date)) AS known_on,
            lead(announced_on) OVER (PARTITION BY contract_number, item_id, tier ORDER BY from_date) AS followed_on, ends_on
        FROM truth_contract_line AS line JOIN header USING (contract_number) JOIN truth_item USING (item_id);
    CREATE TEMP TABLE eligible AS
        SELECT e.*, facility.gln, name, known_from(signed_on, starts_on, from_date) AS known_on
        FROM truth_contract_eligibility AS e JOIN header USING (contract_number) JOIN facility USING (site);
    CREATE TEMP TABLE capped AS
        SELECT contract_number, facility.gln, facility.name, procedure_code_prefix, item_class, cap,
            greatest(from_date, starts_on) AS from_date, ends_on AS to_date,
            (row_number() OVER (
                PARTITION BY contract_number ORDER BY site, item_class, procedure_code_prefix))::INTEGER AS cap_id,
            known_from(signed_on, starts_on, greatest(from_date, starts_on)) AS known_on
        FROM truth_price_cap AS agreed JOIN facility USING (site) JOIN header ON coalesce(ends_on >= from_date, true)
        WHERE contract_number IN (SELECT contract_number FROM truth_contract_eligibility AS e WHERE e.site = agreed.site)
            AND contract_number IN (SELECT contract_number FROM truth_contract_line JOIN truth_item AS i USING (item_id)
                WHERE i.item_class = agreed.item_class);
    CREATE TEMP TABLE version AS
        SELECT contract_number, known_on, min(effective_from) AS effective_from,
            list_sort(list(DISTINCT change)) AS changes, in_office(known_on, contract_number) AS at_time,
            (row_number() OVER versions)::INTEGER AS number, lead(at_time) OVER versions AS until
        FROM (
            SELECT contract_number, signed_on AS known_on, starts_on AS effective_from, 'SIGNED' AS change FROM header
            UNION ALL SELECT contract_number, known_on, from_date, 'PRICES' FROM priced
            UNION ALL SELECT contract_number, known_on, from_date, 'ELIGIBILITY' FROM eligible
            UNION ALL SELECT contract_number, known_on, from_date, 'CASE_CAPS' FROM capped
            UNION ALL SELECT contract_number, ends_on + 1, ends_on + 1, 'ENDED' FROM header WHERE ends_on IS NOT NULL)
        GROUP BY contract_number, known_on WINDOW versions AS (PARTITION BY contract_number ORDER BY known_on);
    CREATE TEMP VIEW line_version AS
        SELECT version.contract_number, version.number, priced.* EXCLUDE (contract_number)
            REPLACE (if(followed_on > version.known_on, ends_on, to_date) AS to_date)
        FROM version JOIN priced
            ON priced.contract_number = version.contract_number AND priced.known_on <= version.known_on;
"""

DOCUMENTS = {
    "contracts": """
        WITH tiers AS (
            SELECT contract_number, list_sort(list({'tier_id': tier, 'requirement_type': requirement,
                'threshold': threshold, 'measure_period': 'YEAR'})) AS tiers
            FROM truth_contract_tier GROUP BY contract_number),
        baskets AS (
            SELECT contract_number, list_sort(list({'mpn': manufacturer_part_number, 'manufacturer': maker.supplier_name,
                'gtin': gtin})) AS market_basket
            FROM truth_contract_basket JOIN truth_item USING (item_id)
            JOIN truth_supplier AS maker ON maker.supplier_id = manufacturer_id
            WHERE in_part(contract_number) GROUP BY contract_number),
        eligibility AS (
            SELECT version.contract_number, number, list_sort(list({'facility_gln': gln, 'tier_id': tier,
                'from': from_date, 'to': to_date, 'facility_name': name})) AS eligibility
            FROM version JOIN eligible
                ON eligible.contract_number = version.contract_number AND eligible.known_on <= version.known_on
            WHERE in_part(version.contract_number) GROUP BY ALL),
        caps AS (
            SELECT version.contract_number, number, list_sort(list({'cap_id': cap_id, 'facility_gln': gln,
                'facility_name': name, 'procedure_code_system': 'ICD-10-PCS', 'procedure_code_prefix': procedure_code_prefix,
                'item_category': item_class, 'cap': cap, 'currency': 'USD', 'from': from_date, 'to': to_date})) AS case_caps
            FROM version JOIN capped
                ON capped.contract_number = version.contract_number AND capped.known_on <= version.known_on
            WHERE in_part(version.contract_number) GROUP BY ALL),
        prices AS (
            SELECT contract_number, number, list_sort(list({'line_id': line, 'mpn': manufacturer_part_number,
                'vendor_cat': 'C' || right(manufacturer_part_number, 7), 'gtin': line_gtin, 'uom': uom, 'pack': pack,
                'price': price, 'currency': 'USD', 'tier_id': tier, 'from': from_date, 'to': to_date})) AS price_lines
            FROM line_version WHERE in_part(contract_number) GROUP BY ALL),
        history AS (
            SELECT later.contract_number, later.number, list_sort(list({'version': earlier.number,
                'effective_from': earlier.effective_from, 'updated_at': earlier.at_time, 'changes': earlier.changes}))
                AS versions
            FROM version AS later JOIN version AS earlier
                ON earlier.contract_number = later.contract_number AND earlier.number <= later.number
            WHERE in_part(later.contract_number) GROUP BY ALL)
        SELECT contract_number, type, if(known_on > ends_on, 'EXPIRED', 'ACTIVE') AS status,
            {'number': vendor, 'name': supplier_name} AS supplier, gpo, starts_on, ends_on,
            if(known_on > ends_on, ends_on, NULL) AS terminated_on, number AS version, at_time AS updated_at, versions,
            coalesce(tiers, []) AS tiers, coalesce(market_basket, []) AS market_basket,
            coalesce(eligibility, []) AS eligibility,
            coalesce(price_lines, []) AS price_lines, coalesce(case_caps, []) AS case_caps,
            at_time AS _from, until AS _until
        FROM version JOIN header USING (contract_number) JOIN history USING (contract_number, number)
        LEFT JOIN tiers USING (contract_number) LEFT JOIN baskets USING (contract_number)
        LEFT JOIN eligibility USING (contract_number, number)
        LEFT JOIN prices USING (contract_number, number) LEFT JOIN caps USING (contract_number, number)
        WHERE in_part(contract_number)
        ORDER BY contract_number, number""",
}


def write_contracts(truth: Path, folder: Path) -> dict[str, int]:
    """Write the contracts from the truth's files; returns their rows (versions)."""
    facilities = pa.Table.from_pylist(
        [{"site": s.code, "name": s.name, "gln": gln(FIRST_FACILITY + place)} for place, s in enumerate(SITES)]
    )
    with open_documents(truth, COLUMNS) as connection:
        connection.register("facility", facilities)
        connection.execute(VIEWS)
        return write_documents(connection, DOCUMENTS, folder, parts_of(connection, "line_version"))
