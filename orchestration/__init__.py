"""Running parline: Dagster definitions, publishing, backup and the command line. May import ingestion, expectations."""
