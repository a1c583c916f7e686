"""The demo network's source systems, each served as the real one is: its protocol, authentication, paging and quirks.

Belongs here: one package per protocol. Not here: how the world comes about; it arrives as files in a folder.
"""
