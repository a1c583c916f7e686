"""OData services over a folder of Parquet files: SAP S/4HANA (v2 and v4) and Dynamics 365 Finance and Operations (v4).

Belongs here: an engine that knows no system, and one declaration of services per system. Not here: faults.
"""
