"""Reference code systems: what each release of a grouper or a code set says, one file a release.

Belongs here: what the trailer of each kind of file adds up. Not here: files and folders (protocols/delivered_files.py),
columns and keys (contracts/code_systems.odcs.yaml).
"""

from ingestion.contracts import Contract
from ingestion.instances import Instance
from ingestion.protocols.delivered_files import DeliveredFiles

CONTROLS = {"ms_drg": "relative_weight"}


def open_source(instance: Instance, contract: Contract) -> DeliveredFiles:
    """base_url is the folder that the releases are delivered to. Raises SettingsError."""
    return DeliveredFiles(instance, contract, CONTROLS)
