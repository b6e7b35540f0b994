"""A provider registry on the loopback interface, and a publisher with a key of their own."""

import hashlib
import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from providers.terraform.plugin.find.versions import this_machine


@dataclass(frozen=True, kw_only=True, slots=True)
class Publisher:
    """Somebody who signs with OpenPGP."""

    home: Path
    name: str

    def public_key(self) -> str:
        """Return the key that others check with, armoured."""
        return self._gpg("--armor", "--export", self.name).decode()

    def sign(self, content: bytes) -> bytes:
        """Return a detached signature."""
        return self._gpg("--detach-sign", "--local-user", self.name, content=content)

    def _gpg(self, *arguments: str, content: bytes = b"") -> bytes:
        command = ["gpg", "--homedir", str(self.home), "--batch", "--quiet", "--pinentry-mode", "loopback"]
        done = subprocess.run([*command, *arguments], input=content, capture_output=True, check=True)
        return done.stdout


@contextmanager
def publishers(home: Path, *names: str) -> Iterator[list[Publisher]]:
    """Make people with a new key each; their agent is ended at the end."""
    home.mkdir(mode=0o700)
    made = [Publisher(home=home, name=name) for name in names]
    try:
        for one in made:
            one._gpg("--passphrase", "", "--quick-generate-key", one.name, "ed25519", "sign", "never")
        yield made
    finally:
        subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False, capture_output=True)


@dataclass(kw_only=True, slots=True)
class LocalRegistry:
    """What the registry answers, path by path; a test may change any of it."""

    url: str = ""
    answers: dict[str, bytes] = field(default_factory=dict)
    redirections: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def publish(self, version: str, archive: bytes, publisher: Publisher, **but: Any) -> None:
        """Publish a build of `example/toy` for this machine."""
        os, _, arch = this_machine().partition("_")
        name = f"terraform-provider-toy_{version}_{os}_{arch}.zip"
        digest = hashlib.sha256(archive).hexdigest()
        sums = f"{digest}  {name}\n{'0' * 64}  terraform-provider-toy_{version}_plan9_mips.zip\n".encode()
        build = {
            "protocols": ["5.0"],
            "os": os,
            "arch": arch,
            "filename": name,
            "download_url": f"{self.url}/files/{name}",
            "shasums_url": f"{self.url}/files/{version}_SHA256SUMS",
            "shasums_signature_url": f"/files/{version}_SHA256SUMS.sig",
            "shasum": digest,
            "signing_keys": {"gpg_public_keys": [{"key_id": "X", "ascii_armor": publisher.public_key()}]},
        }
        self.answers |= {
            "/.well-known/terraform.json": b'{"modules.v1": "/x/", "providers.v1": "/providers/v1/"}',
            f"/providers/v1/example/toy/{version}/download/{os}/{arch}": json.dumps(build | but).encode(),
            f"/files/{name}": archive,
            f"/files/{version}_SHA256SUMS": sums,
            f"/files/{version}_SHA256SUMS.sig": publisher.sign(sums),
        }

    def list_versions(self, *versions: dict[str, Any]) -> None:
        """Say which versions there are."""
        self.answers["/providers/v1/example/toy/versions"] = json.dumps({"versions": versions}).encode()


def a_version(version: str, platform: str = "", protocols: tuple[str, ...] = ("5.0",)) -> dict[str, Any]:
    """Return the entry of a version that has a build for one platform, by default this machine's."""
    os, _, arch = (platform or this_machine()).partition("_")
    return {"version": version, "protocols": protocols, "platforms": [{"os": os, "arch": arch}]}


@contextmanager
def serving() -> Iterator[LocalRegistry]:
    """Serve a registry in which nothing is published yet."""
    registry = LocalRegistry()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            registry.asked.append(self.path)
            if (target := registry.redirections.get(self.path)) is not None:
                self.send_response(302)
                self.send_header("Location", target)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            content = registry.answers.get(self.path)
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    registry.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield registry
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
