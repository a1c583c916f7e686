"""Cloud services that serve versioned JSON documents: procurement, contracts, perioperative, inventory and HCM.

Belongs here: what they share (documents of Parquet files at the world's time, their wire style, conditions on them,
credentials), and one thin module a service for its paths, pages, errors and quirks. Not here: what the documents say
(simulator/systems).
"""
