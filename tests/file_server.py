"""A server of files on the loopback address, which serves well or as badly as a test says."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

Way = Callable[[BaseHTTPRequestHandler, bytes, int], None]  # the request, the file, and the byte that is asked for


def send(request: BaseHTTPRequestHandler, status: int, body: bytes, **headers: object) -> None:
    request.send_response(status)
    for name, value in {"Content_Length": len(body), **headers}.items():
        if value is not None:
            request.send_header(name.replace("_", "-"), str(value))
    request.end_headers()
    request.wfile.write(body)


def well(request: BaseHTTPRequestHandler, content: bytes, start: int) -> None:
    if start >= len(content) > 0:
        send(request, 416, b"")
    else:
        send(request, 206 if start else 200, content[start:])


def without_ranges(request: BaseHTTPRequestHandler, content: bytes, start: int) -> None:
    send(request, 200, content)


def without_a_length(request: BaseHTTPRequestHandler, content: bytes, start: int) -> None:
    send(request, 206 if start else 200, content[start:], Content_Length=None)


def breaking_off(after: int) -> Way:
    """Promises all that is asked for, and closes the connection after so many bytes."""

    def way(request: BaseHTTPRequestHandler, content: bytes, start: int) -> None:
        rest = content[start:]
        send(request, 206 if start else 200, rest[:after], Content_Length=len(rest))

    return way


def answering(status: int, **headers: object) -> Way:
    return lambda request, content, start: send(request, status, b"", **headers)


def promising(length: int) -> Way:
    """Sends the file and says that it has another length."""

    def way(request: BaseHTTPRequestHandler, content: bytes, start: int) -> None:
        send(request, 200, content[:length], Content_Length=length)

    return way


def with_a_wrong_byte(request: BaseHTTPRequestHandler, content: bytes, start: int) -> None:
    well(request, content[:-1] + bytes([content[-1] ^ 1]), start)


class FileServer:
    """The `files` by their paths; `ways` has how a path is served, if not well. `asked`: each path and Range."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.ways: dict[str, Way] = {}
        self.asked: list[tuple[str, str]] = []
        self.released = Event()  # what a slow way waits for
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path, asked = self.path.strip("/"), self.headers.get("Range", "")
                server.asked.append((path, asked))
                start = int(asked.removeprefix("bytes=").removesuffix("-") or 0)
                if path in server.files:
                    server.ways.get(path, well)(self, server.files[path], start)
                else:
                    server.ways.get(path, answering(404))(self, b"", start)

            def log_message(self, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def running(self) -> Iterator["FileServer"]:
        thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield self
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        thread.join()

    def stalling(self, after: int) -> Way:
        """Sends so many bytes, and then nothing until the test ends."""

        def way(request: BaseHTTPRequestHandler, content: bytes, start: int) -> None:
            send(request, 200, content[:after], Content_Length=len(content))
            request.wfile.flush()
            self.released.wait()

        return way
