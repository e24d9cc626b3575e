"""A line to AWS that can be cut: a TCP relay in front of the embedded engine."""

import contextlib
import selectors
import socket
import threading
from typing import Self
from urllib.parse import urlsplit


class Line:
    """Relays whatever comes, both ways, until it is cut; then nothing gets through, until it is
    mended.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._target = (parts.hostname, parts.port)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self._threads: list[threading.Thread] = []
        self._open = True
        self.up = True
        self.sent = 0  # bytes towards AWS
        self.cut_at: int | None = None  # cut by itself after these

    def __enter__(self) -> Self:
        self._begin(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._open = False
        self.cut()
        for thread in self._threads:
            thread.join()

    def cut(self) -> None:
        self.up = False

    def mend(self) -> None:
        self.cut_at, self.up = None, True

    def _begin(self, target: object, *arguments: socket.socket) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        self._server.settimeout(0.05)
        with self._server:
            while self._open:
                with contextlib.suppress(TimeoutError):
                    near, _ = self._server.accept()
                    if self.up:
                        self._begin(self._relay, near)
                    else:
                        near.close()

    def _relay(self, near: socket.socket) -> None:
        with (
            near,
            socket.create_connection(self._target) as far,
            selectors.DefaultSelector() as either,
        ):
            near.setblocking(True)
            either.register(near, selectors.EVENT_READ, far)
            either.register(far, selectors.EVENT_READ, near)
            with contextlib.suppress(OSError):
                while self.up:
                    for key, _ in either.select(0.05):
                        data = key.fileobj.recv(1 << 16)  # type: ignore[union-attr]
                        if not data:
                            return
                        key.data.sendall(data)
                        if key.data is far:
                            self._count(len(data))

    def _count(self, data: int) -> None:
        self.sent += data
        if self.cut_at is not None and self.sent >= self.cut_at:
            self.cut()
