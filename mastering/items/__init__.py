"""Which item records are one item."""
