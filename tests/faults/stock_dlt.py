"""The stock dlt rest_api source on the same objects: as its documentation has it, merged on the key by a cursor.

Belongs here: one configuration for each protocol that speaks JSON in pages, loads, and what is held afterwards. Not here:
any verdict on dlt: nothing of it is asserted, it is only shown.
"""

from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dlt
import duckdb
from dlt.sources.rest_api import rest_api_source

from ingestion.protocols.smart_backend import BackendServices
from tests.faults.small_network import LARGEST_PAGE, PAGE, Protocol, SmallNetwork

Config = dict[str, Any]
Records = dict[str, dict[str, Any]]
KEYS = {
    "OData v2": ["BusinessPartner"], "OData v4": ["dataAreaId", "ItemNumber"], "offset, Oracle": ["ItemId", "OrganizationCode"],
    "offset, Coupa": ["id"], "updated_after": ["contract_number"], "page token": ["case_id"],
    "sequence": ["location_id", "seq"], "report": ["Cost_Center_ID"], "FHIR search": ["id"],
}  # fmt: skip
TABLE = "record"


def _iso_of_v2(value: str) -> str:
    milliseconds = int(value.removeprefix("/Date(").removesuffix(")/").partition("+")[0])
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%dT%H:%M:%S}"


def endpoint(protocol: Protocol) -> Config:
    """How the object is asked for: path, pages, and from which change on."""
    match protocol.name:
        case "OData v2":
            return {
                "path": "sap/opu/odata/sap/API_BUSINESS_PARTNER/A_BusinessPartner",
                "params": {
                    "$format": "json", "$filter": "LastChangeDate ge datetime'{incremental.start_value}'",
                    "$orderby": "BusinessPartner",
                },
                "data_selector": "d.results",
                "paginator": {"type": "json_link", "next_url_path": "d.__next"},
                "incremental": {
                    "cursor_path": "LastChangeDate", "initial_value": "/Date(0)/", "convert": _iso_of_v2
                },
            }  # fmt: skip
        case "OData v4":
            return {
                "path": "data/ReleasedProductsV2",
                "params": {"cross-company": "true", "$filter": "ModifiedDateTime ge {incremental.start_value}"},
                "data_selector": "value",
                "paginator": {"type": "json_link", "next_url_path": "['@odata.nextLink']"},
                "incremental": {"cursor_path": "ModifiedDateTime", "initial_value": "1970-01-01T00:00:00Z"},
            }
        case "offset, Oracle":
            return {
                "path": "fscmRestApi/resources/11.13.18.05/itemsV2",
                "headers": {"REST-Framework-Version": "2"},
                "params": {"onlyData": "true", "q": "LastUpdateDateTime >= '{incremental.start_value}'",
                           "orderBy": "ItemId:asc"},
                "data_selector": "items",
                "paginator": {"type": "offset", "limit": PAGE, "offset_param": "offset", "limit_param": "limit",
                              "total_path": None},
                "incremental": {"cursor_path": "LastUpdateDateTime", "initial_value": "1970-01-01T00:00:00+00:00"},
            }  # fmt: skip
        case "offset, Coupa":
            return {
                "path": "api/suppliers",
                "params": {"updated-at[gt_or_eq]": "{incremental.start_value}", "order_by": "updated-at"},
                "data_selector": "$",
                "paginator": {"type": "offset", "limit": LARGEST_PAGE, "offset_param": "offset", "limit_param": "limit",
                              "total_path": None},
                "incremental": {"cursor_path": "updated-at", "initial_value": "1970-01-01T00:00:00+00:00"},
            }  # fmt: skip
        case "updated_after":
            return {
                "path": "contracts",
                "params": {"page_size": 10, "updated_after": "{incremental.start_value}"},
                "data_selector": "data",
                "paginator": {"type": "page_number", "base_page": 1, "page_param": "page", "total_path": None},
                "incremental": {"cursor_path": "updated_at", "initial_value": "1970-01-01T00:00:00Z"},
            }
        case "page token":
            return {
                "path": "cases",
                "params": {"page_size": PAGE, "last_modified_gte": "{incremental.start_value}"},
                "data_selector": "cases",
                "paginator": {"type": "cursor", "cursor_path": "next_page_token", "cursor_param": "page_token"},
                "incremental": {"cursor_path": "last_modified", "initial_value": "1970-01-01T00:00:00Z"},
            }
        case "sequence":
            return {
                "path": "v1/movements",
                "params": {"location": "{resources.location.location_id}"},
                "data_selector": "data",
                "paginator": {"type": "offset", "limit": PAGE, "offset_param": "after_seq", "limit_param": "limit",
                              "total_path": None},
            }  # fmt: skip
        case "report":
            return {
                "path": "ccx/service/customreport2/{tenant}/{owner}/Cost_Center_Hierarchy",
                "params": {"format": "json"},
                "data_selector": "Report_Entry",
                "paginator": "single_page",
            }
    return {
        "path": "fhir/Location",
        "params": {"_count": PAGE, "_sort": "_lastUpdated", "_lastUpdated": "ge{incremental.start_value}"},
        "data_selector": "entry[*].resource",
        "paginator": {"type": "json_link", "next_url_path": "link[?(@.relation=='next')].url"},
        "incremental": {"cursor_path": "meta.lastUpdated", "initial_value": "1970-01-01T00:00:00Z"},
    }


def _auth(network: SmallNetwork, protocol: Protocol) -> Config | None:
    block, address = network.blocks[protocol.block], network.blocks[protocol.block].base_url
    secret, options = block.secret or "", block.options
    match protocol.served:
        case "sap_s4" | "oracle_fusion":
            return {"type": "http_basic", "username": options["user"], "password": secret}
        case "hcm":
            return {"type": "http_basic", "username": f"{options['user']}@{options['tenant']}", "password": secret}
        case "contracts" | "inventory":
            return {"type": "api_key", "name": "X-API-Key", "api_key": secret, "location": "header"}
        case "ehr":
            known = BackendServices(address, options["client_id"], secret, options["key_id"], "system/*.read")
            return {"type": "bearer", "token": known.token()}
    form = {"scope": f"{address}/.default"} if protocol.served == "d365" else {}
    return {
        "type": "oauth2_client_credentials", "access_token_url": options.get("token_url", f"{address}/oauth2/token"),
        "client_id": options["client_id"], "client_secret": secret, "access_token_request_data": form,
    }  # fmt: skip


class StockDlt:
    """One pipeline into one database."""

    def __init__(self, folder: Path, network: SmallNetwork, protocol: Protocol):
        self.folder, self.network, self.protocol = folder, network, protocol
        folder.mkdir(parents=True, exist_ok=True)
        self._database = folder / "stock.duckdb"

    def load(self) -> bool:
        """Whether the run ended green."""
        pipeline = dlt.pipeline(
            "stock", pipelines_dir=str(self.folder / "pipelines"),
            destination=dlt.destinations.duckdb(str(self._database)), dataset_name="raw",
        )  # fmt: skip
        try:
            pipeline.run(self._source())
        except Exception:  # whatever it is: a run that is red has told of it
            pipeline.abort_packages()
            return False
        return True

    def records(self) -> Records:
        """What is held, by its key: columns of the source, without dlt's own and without what is empty everywhere."""
        if not self._database.exists():
            return {}
        with closing(duckdb.connect(str(self._database))) as connection:
            known = connection.execute(
                "SELECT table_schema FROM information_schema.tables WHERE table_name = ?", [TABLE]
            )
            if not known.fetchall():
                return {}
            rows = connection.execute(f"SELECT * FROM raw.{TABLE}").to_arrow_table().to_pylist()
        keys = [dlt.Schema("names").naming.normalize_identifier(name) for name in KEYS[self.protocol.name]]
        return {
            "|".join(str(row[key]) for key in keys): {
                name: str(value) for name, value in row.items() if not name.startswith("_dlt") and value is not None
            }
            for row in rows
        }

    def against(self, truth: Records) -> str:
        """What is wrong here, in a few words; `right` for nothing."""
        here = self.records()
        common = truth.keys() & here.keys()
        nulled = {key for key in common if truth[key].keys() - here[key].keys()}
        wrong = {
            "lost": truth.keys() - here.keys(),
            "nulled": nulled,
            "stale": {key for key in common - nulled if truth[key].items() - here[key].items()} | (here.keys() - truth.keys()),
            "stored": {key for key in common if here[key].keys() - truth[key].keys()} - nulled,
        }  # fmt: skip
        return " ".join(f"{len(keys)} {name}" for name, keys in wrong.items() if keys) or "right"

    def _source(self) -> Any:
        network, protocol = self.network, self.protocol
        block = network.blocks[protocol.block]
        asked = endpoint(protocol)
        asked["path"] = asked["path"].replace("{tenant}", str(block.options.get("tenant"))).replace(
            "{owner}", str(block.options.get("owner"))
        )  # fmt: skip
        headers: Mapping[str, str] = {"Accept": "application/json", **asked.pop("headers", {})}
        resources: list[Config] = [
            {
                "name": TABLE, "primary_key": KEYS[protocol.name], "write_disposition": "merge",
                "max_table_nesting": 0, "endpoint": asked,
            }
        ]  # fmt: skip
        if protocol.name == "sequence":
            whole = {"path": "v1/locations", "data_selector": "data", "paginator": "single_page"}
            resources.append({"name": "location", "primary_key": "location_id", "endpoint": whole})
        base = block.base_url.removesuffix("/fhir")
        # Its type lists every key of every paginator as a literal; these are put together at run time.
        return rest_api_source(
            {"client": {"base_url": base, "auth": _auth(network, protocol), "headers": headers}, "resources": resources}  # type: ignore[typeddict-item]
        )
