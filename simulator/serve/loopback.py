"""An application on 127.0.0.1: in the foreground for the command line, in a thread for a test or a measurement.

Belongs here: sockets and uvicorn. Not here: what is served.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp


def listening(port: int = 0) -> tuple[socket.socket, str]:
    """A bound and listening socket (0: any free port), and its address: who connects now waits until it is served."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen()
    return listener, f"http://127.0.0.1:{listener.getsockname()[1]}"


def server(application: ASGIApp) -> uvicorn.Server:
    # No access log: requests carry keys, and a log of them is nobody's to read.
    return uvicorn.Server(uvicorn.Config(application, log_level="error", access_log=False))


@contextlib.contextmanager
def serving(application: ASGIApp) -> Iterator[str]:
    """The address of the application, served by a thread until the end of the block."""
    listener, address = listening()
    running = server(application)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
    thread.start()
    while not running.started:
        time.sleep(0.01)
    try:
        yield address
    finally:
        running.should_exit = True
        thread.join()
