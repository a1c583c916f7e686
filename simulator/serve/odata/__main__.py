"""`python -m simulator.serve.odata --world FOLDER`: serves the SAP and Dynamics 365 systems of a world on 127.0.0.1.

Belongs here: the command line. Prints one line of JSON with the addresses, then serves until stopped.
"""

import argparse
import json
import os
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Mount

from simulator.serve.loopback import listening, server
from simulator.serve.odata import d365, sap
from simulator.serve.odata.auth import BasicGuard, TokenGuard
from simulator.serve.odata.server import odata_app


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve the OData systems of a world on 127.0.0.1.")
    parser.add_argument("--world", type=Path, required=True, help="folder with systems/<system>/<EntitySet>.parquet")
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--user", default="PARLINE", help="SAP's technical user; Dynamics 365's client id")
    parser.add_argument("--password", default=os.environ.get("PARLINE_SIMULATOR_PASSWORD", "simulator"))
    parser.add_argument("--company", default="dat", help="default company of the Dynamics 365 user")
    parser.add_argument("--requests", type=int, default=6000, help="Dynamics 365 requests in five minutes")
    arguments = parser.parse_args()
    systems = arguments.world / "systems"
    if not systems.is_dir():
        raise SystemExit(f"{arguments.world} holds no folder systems: make a world first")
    basic = BasicGuard(arguments.user, arguments.password)
    token = TokenGuard(arguments.user, arguments.password, requests=arguments.requests)
    application = Starlette(
        routes=[
            Mount("/sap_s4", odata_app(systems / "sap_s4", sap.SERVICES, basic)),
            Mount("/d365", odata_app(systems / "d365", d365.SERVICES, token, arguments.company)),
        ]
    )
    listener, root = listening(arguments.port)
    print(json.dumps({"sap_s4": f"{root}/sap_s4", "d365": f"{root}/d365", "pid": os.getpid()}), flush=True)
    server(application).run(sockets=[listener])


if __name__ == "__main__":
    main()
