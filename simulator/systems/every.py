"""Everything that is rendered of a world.

Belongs here: which systems and feeds there are. Not here: how any of them looks.
"""

from collections.abc import Callable
from pathlib import Path

from simulator.serve.clock import START
from simulator.systems.contracts import write_contracts
from simulator.systems.d365 import write_d365
from simulator.systems.ehr import EHR, EHR_H7, write_ehr
from simulator.systems.files import write_files
from simulator.systems.hcm import write_hcm
from simulator.systems.inventory import write_inventory
from simulator.systems.oracle import write_oracle
from simulator.systems.perioperative import write_perioperative
from simulator.systems.procurement import write_procurement
from simulator.systems.sap import write_sap

# Made of the truth's files, and never of each other's.
RENDERINGS: dict[str, Callable[[Path, Path], dict[str, int]]] = {
    "sap_s4": write_sap,
    "files": lambda truth, folder: {"files": write_files(truth.parent, START)},
    "ehr": lambda truth, folder: write_ehr(truth, folder, EHR),
    "procurement": write_procurement,
    "perioperative": write_perioperative,
    "inventory": write_inventory,
    "oracle_fusion": write_oracle,
    "d365": write_d365,
    "ehr_h7": lambda truth, folder: write_ehr(truth, folder, EHR_H7),
    "hcm": write_hcm,
    "contracts": write_contracts,
}
