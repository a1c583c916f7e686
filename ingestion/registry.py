"""System name to contract and source module, both by the name itself: `contracts/<system>.odcs.yaml`, `sources/<system>.py`."""

from collections.abc import Callable
from importlib import import_module

from ingestion.contracts import Contract, known_systems, load_contract
from ingestion.instances import Instance
from ingestion.landing.page import Source
from ingestion.settings import SettingsError


def open_source(instance: Instance) -> tuple[Source, Contract]:
    """The source of an instance and the contract it is read under. Raises SettingsError for a system nobody knows."""
    if instance.system not in known_systems():
        raise SettingsError(f"{instance.name}: system {instance.system!r} is none of {', '.join(known_systems())}")
    contract = load_contract(instance.system)
    # Imported when it is asked for: a system that nobody configured costs nothing.
    module = import_module(f"ingestion.sources.{instance.system}")
    open_: Callable[[Instance, Contract], Source] = module.open_source
    return open_(instance, contract), contract
