"""Reads source systems into raw tables: contracts say what, sources say how, landing is the one path for all of them.

Not here: anything of Dagster or dbt, and no rule of business (that is dbt's).
"""
