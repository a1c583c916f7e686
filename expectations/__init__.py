"""What a dbt test cannot say: row counts against the last build, null rates of a load, distributions, and whether two
systems agree. Knows tables, not tools: no Dagster, no dbt, no contracts."""
