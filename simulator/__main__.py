"""`python -m simulator make|serve|advance|status|stop`: the demo network, its systems and its time.

Belongs here: arguments, and what a person is told. Not here: any work. `parline simulate` calls this as it is.
"""

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

from simulator.serve.clock import START, Clock, ClockError, after, latest, set_clock
from simulator.serve.faults import CATALOGUE, FaultError, Faults, asked_faults, cut_files, described_faults, switch
from simulator.serve.process import ServingError, serve, serving, stop
from simulator.serve.status import shown

WORLD = Path("var/network")
DAY = "%Y-%m-%d %H:%M"


def main(arguments: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    try:
        options.act(options)
    except (ClockError, FaultError, ServingError) as error:
        raise SystemExit(f"{error}") from None


def _make(options: argparse.Namespace) -> None:
    from simulator.making import make

    world = options.out
    if world.is_dir() and serving(world):
        raise ServingError(f"{world} is being served: stop it first, `parline simulate stop --world {world}`.")
    is_world = (world / "truth" / "manifest.json").exists()
    if world.is_dir() and any(world.iterdir()) and not is_world:
        raise ServingError(f"{world} holds something that is no world: nothing was touched. Give another --out.")
    for old in ("truth", "systems", "files"):
        shutil.rmtree(world / old, ignore_errors=True)
    for old in ("clock.json", "faults.json"):
        (world / old).unlink(missing_ok=True)
    make(world, options.seed, options.scale, lambda line: print(line, flush=True))
    set_clock(world, START)
    print(f"{world} is made. Serve it with `parline simulate serve --world {world}`.")


def _serve(options: argparse.Namespace) -> None:
    from simulator.serve.network import network_app

    _deliver_files(options.world)
    serve(options.world, network_app, options.port)


def _advance(options: argparse.Namespace) -> None:
    world = options.world
    now = after(world, options.days)
    if options.fault:
        # Before the clock moves: a source that falls silent shows nothing of the days to come.
        switch(world, {} if options.fault == ["none"] else asked_faults(world, options.fault))
    set_clock(world, now)
    _deliver_files(world)
    print(f"{world} is at {now:{DAY}} UTC; it can go on to {latest(world):{DAY}}.")
    _tell_faults(world)


def _status(options: argparse.Namespace) -> None:
    world, now = options.world, Clock(options.world).now()
    announced = serving(world)
    if announced is None and not world.is_dir():
        raise ServingError(f"There is no world at {world}: make one with `parline simulate make --out {world}`.")
    print(f"{world} is at {now:{DAY}} UTC; it can go on to {latest(world):{DAY}}.")
    if announced:
        print(f"Served by process {announced['pid']}; credentials in {announced['credentials']}.")
        for system, address in announced["systems"].items():
            print(f"  {system:16}{address}")
    else:
        print(f"Not being served. Serve it with `parline simulate serve --world {world}`.")
    _tell_faults(world)
    print(f"{'system':16}{'object':36}{'rows':>12}{'since a day':>14}")
    for each in shown(world, now):
        print(f"{each.system:16}{each.object:36}{each.rows:>12,}{each.changed:>14,}")


def _stop(options: argparse.Namespace) -> None:
    print(f"Stopped process {stop(options.world)}.")


def _labels(options: argparse.Namespace) -> None:
    from simulator.labels import write_labels

    rows = write_labels(options.world, options.of, options.out)
    print(f"{rows:,} labels in {options.out}. Measure with `parline accuracy {options.out} --of {options.of}`.")


def _deliver_files(world: Path) -> None:
    """The files that are due by now; those of a feed whose fault says so are cut as they come."""
    from simulator.systems.files import write_files

    if (world / "truth" / "manifest.json").exists():
        there = set(world.glob("files/*/*"))
        write_files(world, Clock(world).now())
        cut_files(Faults(world), set(world.glob("files/*/*")) - there)


def _tell_faults(world: Path) -> None:
    on = [
        f"{one['fault']}:{system}={one.get('rate', CATALOGUE[one['fault']][1])}"
        for system, listed in described_faults(world).items()
        for one in listed
    ]
    print(f"Faults that are on: {', '.join(on) or 'none'}.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="parline simulate", description="The demo network: a hospital network's systems."
    )
    acts = parser.add_subparsers(required=True, metavar="make|serve|advance|status|labels|stop")

    make = acts.add_parser("make", help="make a world: its truth, and what its systems show of it")
    make.add_argument(
        "--out", type=Path, default=WORLD, help=f"folder of the world, {WORLD}; what is there is replaced"
    )
    make.add_argument("--seed", type=int, default=1)
    make.add_argument("--scale", type=float, default=0.02, help="1.0 is a network of 2,185 beds; the demo is 0.02")
    make.set_defaults(act=_make)

    parser_of = {
        "serve": (_serve, "serve every system of a world on 127.0.0.1 until stopped"),
        "advance": (_advance, "move the time of a world forward, and switch faults on or off"),
        "status": (_status, "the time, the addresses, the faults, and the rows that are to be seen"),
        "labels": (_labels, "write what each record of the systems truly is, for accuracy to be measured"),
        "stop": (_stop, "stop the process that serves a world"),
    }
    for name, (act, help_) in parser_of.items():
        command = acts.add_parser(name, help=help_)
        command.add_argument("--world", type=Path, default=WORLD, help=f"folder of the world, {WORLD}")
        command.set_defaults(act=act)
        if name == "serve":
            command.add_argument("--port", type=int, default=0, help="0: any free port")
        if name == "labels":
            command.add_argument("--of", choices=("item", "supplier"), default="item")
            command.add_argument("--out", type=Path, required=True, help="CSV file to write")
        if name == "advance":
            command.add_argument("--days", type=int, required=True, help="0 to only switch faults")
            command.add_argument(
                "--fault",
                action="append",
                metavar="NAME[:SYSTEM][=RATE]",
                help=f"repeatable; replaces the faults that are on, none switches all off. {', '.join(CATALOGUE)}",
            )
    return parser


if __name__ == "__main__":
    main()
