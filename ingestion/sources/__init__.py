"""One module per source system: what it does differently, nothing else."""
