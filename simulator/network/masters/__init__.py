"""Master records: what each source system has written down of the network's items and suppliers, and what is wrong in it.

Belongs here: descriptions of golden items, the records of five catalogues and four vendor masters, their faults, and which
pairs are the same. Not here: the golden items and suppliers (items.py, suppliers.py), how a system shows its records
(simulator/systems).
"""
