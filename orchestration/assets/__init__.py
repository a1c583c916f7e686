"""The assets and checks of each step: ingestion, transformation, expectations, publication."""
