"""Costing: how overhead departments' cost is shared among those they serve, in exact rationals.

Belongs here: shares, by three methods. Not here: money (dbt spreads and rounds it), statistics and rules (seeds and canonical
models), and anything of Dagster. Knows tables, not tools.
"""
