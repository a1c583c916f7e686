"""Which source records are one item or one supplier: rules, evidence, vetoes, clusters, and what people decide.

Knows tables only (Arrow, DuckDB). Not here: how records were fetched, staged or scheduled, and no rule of a mart.
"""
