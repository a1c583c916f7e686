"""System name to source module: the only list of what can be read."""

from collections.abc import Callable
from importlib import import_module

from ingestion.contracts import Contract, load_contract
from ingestion.instances import Instance
from ingestion.landing.page import Source
from ingestion.settings import SettingsError

# Named, not imported: a system that nobody configured costs nothing.
SOURCES = {
    "clm": "ingestion.sources.clm",
    "code_systems": "ingestion.sources.code_systems",
    "d365": "ingestion.sources.d365",
    "fhir_r4": "ingestion.sources.fhir_r4",
    "finance_files": "ingestion.sources.finance_files",
    "hcm": "ingestion.sources.hcm",
    "inventory": "ingestion.sources.inventory",
    "oracle_fusion": "ingestion.sources.oracle_fusion",
    "perioperative": "ingestion.sources.perioperative",
    "procurement": "ingestion.sources.procurement",
    "revenue_cycle": "ingestion.sources.revenue_cycle",
    "sap_s4": "ingestion.sources.sap_s4",
    "time_attendance": "ingestion.sources.time_attendance",
    "tryton": "ingestion.sources.tryton",
}


def open_source(instance: Instance) -> tuple[Source, Contract]:
    """The source of an instance and the contract it is read under. Raises SettingsError for a system nobody knows."""
    if instance.system not in SOURCES:
        raise SettingsError(f"{instance.name}: system {instance.system!r} is none of {', '.join(sorted(SOURCES))}")
    contract = load_contract(instance.system)
    open_: Callable[[Instance, Contract], Source] = import_module(SOURCES[instance.system]).open_source
    return open_(instance, contract), contract
