"""Time and attendance: who worked where for how long, as the time clocks' system delivers it in files.

Belongs here: what the trailer of each kind of file adds up. Not here: files and folders (protocols/delivered_files.py),
columns and keys (contracts/time_attendance.odcs.yaml).
"""

from ingestion.contracts import Contract
from ingestion.instances import Instance
from ingestion.protocols.delivered_files import DeliveredFiles

CONTROLS = {"time_card": "hours"}


def open_source(instance: Instance, contract: Contract) -> DeliveredFiles:
    """base_url is the folder that the files are delivered to. Raises SettingsError."""
    return DeliveredFiles(instance, contract, CONTROLS)
