"""The demo network: a fictional hospital network over 24 fiscal months, simulated as a business, with its truth.

Belongs here: the events of the business and the ledger they post to. Not here: how a source system serves them
(simulator/serve). The network is invented; identifiers cannot be anybody's (GS1 prefix 952, EIN 00-...).
"""
