"""Source systems that run on one machine, for the demo and the tests.

Belongs here: servers and the data behind them. They are reached over HTTP only, as real systems are.
Not here: anything that reads them. This package imports no other room of the project and none imports it.
"""
