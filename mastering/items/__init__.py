"""Which item records are one item: `resolve` says it, with evidence for every pair and a queue for every doubt.

Not here: golden ids (mastering/registry.py) and golden values (mastering/survivorship.py).
"""

from mastering.items.resolution import ItemResolution, ItemState, resolve

__all__ = ["ItemResolution", "ItemState", "resolve"]
