"""Finance: general ledger, budget and the statistics that spread cost, as the books' keepers deliver them in files.

Belongs here: what the trailer of each kind of file adds up. Not here: files and folders (protocols/delivered_files.py),
columns and keys (contracts/finance_files.odcs.yaml).
"""

from ingestion.contracts import Contract
from ingestion.instances import Instance
from ingestion.protocols.delivered_files import DeliveredFiles

CONTROLS = {"ledger_line": "amount", "budget_line": "amount", "activity_statistic": "quantity"}


def open_source(instance: Instance, contract: Contract) -> DeliveredFiles:
    """base_url is the folder that the files are delivered to. Raises SettingsError."""
    return DeliveredFiles(instance, contract, CONTROLS)
