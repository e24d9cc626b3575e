"""MiniStack as a child process, with what AWS's tools ask of AWS: TLS, a registry by its name."""

import os
import shutil
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import certifi

from tests.conftest import ROOT
from tests.container import sam

PYTHON = ROOT / ".venv-emulator" / "bin" / "python"
BASE = "public.ecr.aws/lambda/python:3.13"  # what the image begins with
REGION = "us-east-1"
REGISTRY = f"000000000000.dkr.ecr.{REGION}.amazonaws.com"  # docker pushes to its port 443
NAMES = ("localhost", "host.docker.internal", REGISTRY)  # here, in containers, for docker
HOSTS = Path("/etc/hosts")
TRUSTED = Path("/etc/docker/certs.d") / REGISTRY
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}
READY_WITHIN_S = 60
IN_CONTAINER = "/opt/trusted.pem"


NEEDS: Mapping[str, Callable[[], bool]] = {
    "a Docker engine, and none answers here": lambda: _works("docker", "info"),
    f"{BASE}, which is not here and can't be pulled": lambda: (
        _works("docker", "image", "inspect", BASE) or _works("docker", "pull", "--quiet", BASE)
    ),
    "python3.13, which makes the layer, on the PATH or under pyenv": lambda: bool(sam.python313()),
    ".venv-emulator, which make test-deploy makes with Python 3.12 or newer": PYTHON.exists,
    "root, for a name in /etc/hosts and a certificate in /etc/docker": lambda: os.geteuid() == 0,
    "port 443 for docker to push to, and something listens there": lambda: not _taken(443),
}


def what_is_missing() -> str | None:
    """Why it can't run here."""
    return next((f"needs {what}" for what, is_there in NEEDS.items() if not is_there()), None)


@dataclass(frozen=True)
class Emulator:
    """Where it is, and how to reach it."""

    port: int
    trusted: Path  # certificates, its own among them
    log: Path

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def said(self) -> str:
        return self.log.read_text()[-3000:]

    def environment(self) -> dict[str, str]:
        """For commands: this AWS and no other."""
        there = {"AWS_ENDPOINT_URL": self.url, "AWS_CA_BUNDLE": str(self.trusted)}
        return sam.environment() | KEYS | there

    def client(self, service: str, keys: Mapping[str, str] = KEYS) -> Any:
        """By the account's own keys, or by those of a role."""
        key, secret = keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"]
        session = boto3.Session(key, secret, keys.get("AWS_SESSION_TOKEN"), region_name=REGION)
        return session.client(service, endpoint_url=self.url, verify=str(self.trusted))


@contextmanager
def emulating(folder: Path) -> Iterator[Emulator]:
    """While the block lasts."""
    with ExitStack() as undone:
        certificate, key = _certify(folder)
        emulator = Emulator(_free_port(), folder / "trusted.pem", folder / "emulator.log")
        emulator.trusted.write_text(Path(certifi.where()).read_text() + certificate.read_text())
        undone.enter_context(_named_here(certificate))
        trust = f"-e AWS_CA_BUNDLE={IN_CONTAINER} -v {emulator.trusted}:{IN_CONTAINER}:ro"
        settings = {
            "GATEWAY_PORT": str(emulator.port),
            "USE_SSL": "1",
            "MINISTACK_SSL_CERT": str(certificate),
            "MINISTACK_SSL_KEY": str(key),
            "MINISTACK_REGION": REGION,
            "AUTH": "true",  # what a role may not is refused
            "LAMBDA_EXECUTOR": "docker",
            "LAMBDA_STRICT": "1",  # never in the emulator's own process
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "LAMBDA_DOCKER_FLAGS": trust,
        }
        out = undone.enter_context(emulator.log.open("w"))
        command = [PYTHON, Path(__file__).with_name("like_aws.py")]
        environment = sam.environment() | KEYS | settings
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=out)
        undone.callback(_end, process, emulator)
        _wait_until_ready(emulator, process)
        yield emulator


def _certify(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine's names, which signs itself, and its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    names = "subjectAltName=" + ",".join(f"DNS:{name}" for name in NAMES)
    kind = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=emulator"]
    request = ["openssl", "req", *kind, "-addext", names]
    subprocess.run(
        [*request, "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    return certificate, key


@contextmanager
def _named_here(certificate: Path) -> Iterator[None]:
    """The registry's name leads here, and docker trusts who answers; afterwards no more."""
    lines = HOSTS.read_text().splitlines(keepends=True)
    before = "".join(line for line in lines if REGISTRY not in line)  # an earlier run was killed
    # In place: a container mounts this very file
    HOSTS.write_text(f"{before}127.0.0.1 {REGISTRY}\n")
    TRUSTED.mkdir(parents=True, exist_ok=True)
    shutil.copy(certificate, TRUSTED / "ca.crt")
    try:
        yield
    finally:
        shutil.rmtree(TRUSTED)
        HOSTS.write_text(before)


def _wait_until_ready(emulator: Emulator, process: subprocess.Popen[bytes]) -> None:
    context = ssl.create_default_context(cafile=emulator.trusted)
    health = f"{emulator.url}/_ministack/health"
    patience = time.monotonic() + READY_WITHIN_S
    while True:
        assert process.poll() is None, f"the emulator has ended:\n{emulator.said()}"
        try:
            urllib.request.urlopen(health, context=context, timeout=5).close()
        except (urllib.error.URLError, TimeoutError):
            assert time.monotonic() < patience, f"the emulator did not start:\n{emulator.said()}"
            time.sleep(0.2)
        else:
            return


def _end(process: subprocess.Popen[bytes], emulator: Emulator) -> None:
    """With what it left to docker. By itself it would give each container ten seconds to stop."""
    process.kill()
    process.wait()
    label = f"label=ministack.instance={socket.gethostname()}:{emulator.port}"
    for container in _listed("docker", "ps", "--all", "--quiet", "--filter", label):
        _works("docker", "rm", "--force", container)
    for image in _listed("docker", "images", "--format", "{{.Repository}}:{{.Tag}}"):
        if image.startswith(REGISTRY):
            _works("docker", "rmi", image)


def _listed(*command: str) -> list[str]:
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


def _works(*command: str) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _taken(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
