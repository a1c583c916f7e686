"""Protocols that several source systems speak: HTTP, FHIR, tokens.

Belongs here: paging, envelopes, retries. Not here: what one system calls its things (sources/), or its columns
(contracts/).
"""
