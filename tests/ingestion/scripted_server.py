"""A server that says exactly what a test tells it to, byte by byte.

Not here: any test.
"""

import socket
import threading


class ScriptedServer:
    """Answers each connection with the next reply of a script (the last one for ever), and keeps the requests."""

    def __init__(self) -> None:
        self.replies: list[bytes] = []
        self.requests: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                asked = b""
                while b"\r\n\r\n" not in asked:
                    asked += connection.recv(65536)
                self.requests.append(asked.decode())
                connection.sendall(self.replies.pop(0) if len(self.replies) > 1 else self.replies[0])

    def close(self) -> None:
        self._listener.close()


def reply(
    status: str, body: bytes = b"", content_type: str = "application/json", length: int | None = None, **more: str
) -> bytes:
    """One HTTP answer; `more` are headers with _ for -, `length` a Content-Length that may be wrong."""
    headers = {"Content-Type": content_type, "Content-Length": str(len(body) if length is None else length)}
    headers |= {name.replace("_", "-"): value for name, value in more.items()} | {"Connection": "close"}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body
