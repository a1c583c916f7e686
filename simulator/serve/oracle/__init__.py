"""Oracle Fusion's REST resources over a folder of Parquet files with nested children.

Belongs here: an engine that knows no resource, and the declaration of those that are served. Not here: faults, and how
the rows come about (simulator/systems/oracle.py).
"""
