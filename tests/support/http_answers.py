"""A server that answers every request alike, for what moto never says."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import pytest


class Answers:
    """AWS, for boto3 clients that are made while it is there."""

    def __init__(self, status: int, body: bytes, environment: pytest.MonkeyPatch) -> None:
        self.connections = 0
        count = threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"  # connections are kept

            def setup(handler) -> None:  # noqa: N805
                with count:
                    self.connections += 1
                super().setup()

            def do_GET(handler) -> None:  # noqa: N805
                handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
                handler.send_response(status)
                handler.send_header("Content-Length", str(len(body)))
                handler.send_header("ETag", '"etag"')
                handler.end_headers()
                handler.wfile.write(body)

            do_POST = do_GET  # noqa: N815

            def log_message(handler, *_: Any) -> None:  # noqa: N805
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        environment.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{self._server.server_port}")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.setenv(name, "nobody")
        environment.setenv("AWS_DEFAULT_REGION", "us-east-1")
        environment.setenv("AWS_MAX_ATTEMPTS", "1")

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=[0.05], daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
