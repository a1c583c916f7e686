"""Revenue cycle: coded abstracts, charges and remittances, as the billing systems deliver them in files.

Belongs here: what the trailer of each kind of file adds up. Not here: files and folders (protocols/delivered_files.py),
columns and keys (contracts/revenue_cycle.odcs.yaml).
"""

from ingestion.contracts import Contract
from ingestion.instances import Instance
from ingestion.protocols.delivered_files import DeliveredFiles

CONTROLS = {"coded_abstract": "drg_weight", "charge": "amount", "remittance": "paid"}


def open_source(instance: Instance, contract: Contract) -> DeliveredFiles:
    """base_url is the folder that the files are delivered to. Raises SettingsError."""
    return DeliveredFiles(instance, contract, CONTROLS)
