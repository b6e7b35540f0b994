"""A host of repositories on loopback: git's own http-backend behind TLS, for one token."""

import os
import ssl
import subprocess
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import trustme

TOKEN = "glpat-0f-the-test"
BRANCH = "driftledger-checkpoints"


@dataclass(kw_only=True)
class Host:
    """One empty repository, and what is to go wrong."""

    folder: Path
    ca_file: str
    url: str = ""
    status: int | None = None
    """With which it answers whatever is asked."""

    @property
    def bare(self) -> Path:
        """The repository."""
        return self.folder / "evidence.git"

    def commits(self) -> list[str]:
        """Return the commits of the branch, the newest first."""
        listed = subprocess.run(
            ["git", "-C", self.bare, "rev-list", BRANCH], capture_output=True, text=True, check=False
        )
        return listed.stdout.split()


def a_bare_repository(folder: Path) -> Path:
    """Make an empty one to which can be pushed, also over HTTP."""
    bare = folder / "evidence.git"
    for command in (
        ["init", "--quiet", "--bare", str(bare)],
        ["-C", str(bare), "config", "http.receivepack", "true"],
    ):
        subprocess.run(["git", *command], check=True, capture_output=True)
    return bare


@contextmanager
def host(folder: Path) -> Iterator[Host]:
    """Run one."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    a_bare_repository(folder)
    made = Host(folder=folder, ca_file=str(folder / "ca.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Pass a request on to git, as a web server does (RFC 3875)."""
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            if made.status:
                self.send_error(made.status)
            elif self.headers.get("Authorization") != _authorisation():
                self.send_error(401)
            else:
                self._answer(_backend(made, self, body))

        def do_POST(self) -> None:
            """Answer alike."""
            self.do_GET()

        def _answer(self, answer: bytes) -> None:
            head, _, content = answer.partition(b"\r\n\r\n")
            fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
            self.send_response(int(fields.pop("Status", "200").split()[0]))
            for name, value in (fields | {"Content-Length": str(len(content))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.socket = context.wrap_socket(listening.socket, server_side=True)
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        made.url = f"https://127.0.0.1:{listening.server_port}/evidence.git"
        try:
            yield made
        finally:
            listening.shutdown()
            thread.join()


def _authorisation() -> str:
    return f"Basic {b64encode(f'x-access-token:{TOKEN}'.encode()).decode()}"


def _backend(made: Host, asked: BaseHTTPRequestHandler, body: bytes) -> bytes:
    address = urlsplit(asked.path)
    environment = {
        "PATH": os.environ["PATH"],
        "GIT_PROJECT_ROOT": str(made.folder),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": address.path,
        "QUERY_STRING": address.query,
        "REQUEST_METHOD": asked.command,
        "CONTENT_TYPE": asked.headers.get("Content-Type") or "",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_CONTENT_ENCODING": asked.headers.get("Content-Encoding") or "",
        "GIT_PROTOCOL": asked.headers.get("Git-Protocol") or "",
        "REMOTE_USER": "drift",
    }
    command = ["git", "http-backend"]
    return subprocess.run(command, input=body, env=environment, capture_output=True, check=True).stdout
