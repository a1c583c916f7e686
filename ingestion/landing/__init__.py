"""The one path every record takes: archive, decode, minimise, validate, split, load, reconcile, account.

Belongs here: what is the same for every source. Not here: how a source is asked (sources/, protocols/).
"""
