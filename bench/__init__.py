"""Measurements, run by hand (`make bench-...`): ratios and CPU seconds, kept in bench/results. Nothing here is asserted
in a test, and nothing of the product imports it."""
