"""What is agreed with each source system: one Open Data Contract Standard document each, and its reader."""

from ingestion.contracts.model import Column, Contract, ContractError, ObjectContract
from ingestion.contracts.reader import known_systems, load_contract, read_contract

__all__ = ["Column", "Contract", "ContractError", "ObjectContract", "known_systems", "load_contract", "read_contract"]
