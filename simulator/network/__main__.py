"""Makes a world: see simulator/making.py."""

from simulator.making import main

main()
