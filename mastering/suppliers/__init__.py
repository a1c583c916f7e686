"""Which supplier records of many ledgers are one supplier."""
