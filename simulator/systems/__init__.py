"""What each source system of the demo network shows of what truly happened.

Belongs here: one module a system, SQL over `truth/*.parquet` into `systems/<system>/<Object>.parquet`, in the system's own
names, numbers and codes. Every row says from when and until when it is shown (`_from`, `_until`, UTC): a document has a row
for each of its versions. Not here: what happens (simulator/network), protocols (simulator/serve).
"""
