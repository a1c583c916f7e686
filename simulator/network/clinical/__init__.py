"""The clinical side of the demo network: visits, cases, what they use, what is given, charged, coded and paid.

Belongs here: patients' care as events, its truth and its postings. Not here: the stock it draws on (stock.py), what is
bought for it (purchasing.py), how an EHR or a perioperative system shows it (simulator/systems). Persons are invented:
social security numbers begin with 000, telephones are 555-01xx, NPIs fail their check digit. Codes of DRGs, ICD-10-CM and
ICD-10-PCS are public facts without their descriptions; outpatient codes are opaque.
"""
