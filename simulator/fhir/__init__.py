"""A FHIR R4 server and a small synthetic hospital behind it.

Belongs here: the server (`server.py`), its parts, and the hospital's records (`world.py`).
Not here: anything that reads FHIR; a connector meets this package over HTTP only.
"""
