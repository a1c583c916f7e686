"""Which supplier records of many ledgers are one supplier: `resolve` for records, `link` for bare names."""

from mastering.suppliers.linking import Link, link
from mastering.suppliers.resolution import SupplierResolution, resolve

__all__ = ["Link", "SupplierResolution", "link", "resolve"]
