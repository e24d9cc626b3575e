"""The functions as `sam build` made them, in containers under Lambda's limits.

Needs a Docker engine on Linux.

`sam local` limits the memory and nothing else. On Lambda everything but /tmp is read-only, the user
is no root, and the cores come with the memory: so here Docker runs what was built, with the runtime
interface emulator that AWS puts into its images.
"""

import http.client
import ipaddress
import json
import os
import subprocess
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from fanscribe.planning.prices import vcpus
from fanscribe_local.emulator.function_pool import FunctionPool, lambda_variables
from fanscribe_local.emulator.template import Function
from fanscribe_local.emulator.worker import Answer, Invocation

PORT = 8080  # of the runtime interface emulator
USER = "993:990"  # Lambda's sbx_user1051
STARTED_WITHIN_S = 30


def docker(*arguments: str) -> str:
    """Output of the docker command. Raises subprocess.CalledProcessError."""
    command = ["docker", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    return done.stdout.strip()


def gateway(network: str = "bridge") -> str:
    """The address of this machine in a network of Docker's.

    An engine that has never been restarted does not say it of its bridge.
    """
    address_and_subnet = docker(
        "network",
        "inspect",
        "--format",
        "{{with index .IPAM.Config 0}}{{.Gateway}} {{.Subnet}}{{end}}",
        network,
    )
    *address, subnet = address_and_subnet.split()
    return address[0] if address else str(next(ipaddress.ip_network(subnet).hosts()))


@contextmanager
def secluded_network() -> Iterator[str]:
    """A network that leads to this machine alone: Docker forwards nothing from it."""
    name = f"fanscribe-{uuid.uuid4().hex[:8]}"
    docker("network", "create", "--internal", name)
    try:
        yield name
    finally:
        docker("network", "rm", name)


@dataclass(frozen=True)
class Built:
    """A function as `sam build` left it: what to run, and under which limits."""

    image: str
    handler: str
    mounts: tuple[str, ...]  # of a zip: its code and its layer, as `docker run --volume` takes them
    memory_mb: int
    tmp_mb: int


def built_functions(folder: Path) -> dict[str, Built]:
    """Functions by logical id, from `sam build`'s folder (.aws-sam/build)."""
    template: Mapping[str, Any] = yaml.safe_load((folder / "template.yaml").read_text("utf-8"))
    return {
        name: _built(folder, resource["Properties"], template)
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def _built(folder: Path, function: Mapping[str, Any], template: Mapping[str, Any]) -> Built:
    memory = function["MemorySize"]
    if isinstance(memory, dict):  # a parameter
        memory = template["Parameters"][memory["Ref"]]["Default"]
    limits = {
        "memory_mb": int(memory),
        "tmp_mb": function.get("EphemeralStorage", {}).get("Size", 512),
    }
    if "ImageUri" in function:
        return Built(function["ImageUri"], function["ImageConfig"]["Command"][0], (), **limits)
    (layer,) = [
        template["Resources"][layer["Ref"]]["Properties"]["ContentUri"]
        for layer in function["Layers"]
    ]
    code = folder / function["CodeUri"]
    mounts = (f"{code.resolve()}:/var/task:ro", f"{(folder / layer).resolve()}:/opt:ro")
    image = f"public.ecr.aws/lambda/{function['Runtime'].replace('python', 'python:')}"
    return Built(image, function["Handler"], mounts, **limits)


def container_environment(function: Function, endpoint: str) -> dict[str, str]:
    """The template's variables, and what Lambda sets; AWS is at `endpoint`."""
    timeout = {"AWS_LAMBDA_FUNCTION_TIMEOUT": str(function.timeout_s)}
    return (
        lambda_variables(function)
        | timeout
        | dict(function.environment)
        | {"AWS_ENDPOINT_URL": endpoint}
    )


def run_limited(built: Built, environment: Mapping[str, str], network: str, *extra: str) -> str:
    """Start a container with Lambda's limits; `extra` are more options of `docker run`.

    Returns its id.
    """
    cores = min(os.cpu_count() or 1, vcpus(built.memory_mb))
    limits = [
        "--read-only",
        f"--tmpfs=/tmp:size={built.tmp_mb}m",  # counts as memory here, unlike Lambda's disk
        f"--memory={built.memory_mb}m",
        f"--memory-swap={built.memory_mb}m",
        f"--cpus={cores:.2f}",
        f"--user={USER}",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges",
        f"--network={network}",
    ]
    variables = [f"--env={name}={value}" for name, value in environment.items()]
    mounts = [f"--volume={mount}" for mount in built.mounts]
    return docker(
        "run", "--detach", *limits, *variables, *mounts, *extra, built.image, built.handler
    )


def parse_answer(payload: bytes) -> Answer:
    """The answer in a payload.

    Neither the emulator nor `sam local` marks an error of Python's runtime as one: its fields do.
    """
    value = json.loads(payload)
    return Answer(
        payload, failed=isinstance(value, dict) and {"errorType", "errorMessage"} <= value.keys()
    )


def invoke_over_http(
    host: str, port: int, function: str, payload: bytes, timeout_s: float
) -> Answer:
    """Lambda's Invoke. Raises TimeoutError, or OSError if nobody is there."""
    connection = http.client.HTTPConnection(host, port, timeout=timeout_s)
    try:
        connection.request(
            "POST",
            f"/2015-03-31/functions/{function}/invocations",
            payload,
            {"Content-Type": "application/json"},
        )
        return parse_answer(connection.getresponse().read())
    finally:
        connection.close()


@dataclass(frozen=True)
class Container:
    """One execution environment: a container that runs a function's handler in Lambda's runtime."""

    id: str
    pid: int
    address: str
    log: Path

    @classmethod
    def start(
        cls, built: Built, environment: Mapping[str, str], network: str, log: Path
    ) -> "Container":
        """Run a container with the function's limits. Its log goes to `log` when it ends."""
        name = run_limited(built, environment, network)
        state = json.loads(docker("inspect", name))[0]
        return cls(
            name,
            state["State"]["Pid"],
            state["NetworkSettings"]["Networks"][network]["IPAddress"],
            log,
        )

    def invoke(self, invocation: Invocation) -> Answer | None:
        """Invoke the function, as soon as its runtime listens. None: it did not answer in time."""
        self._wait_until_it_listens()
        try:
            return invoke_over_http(
                self.address,
                PORT,
                "function",
                invocation.payload,
                invocation.deadline - time.time(),
            )
        except TimeoutError:
            return None

    def _wait_until_it_listens(self) -> None:
        latest = time.monotonic() + STARTED_WITHIN_S
        while True:
            connection = http.client.HTTPConnection(self.address, PORT, timeout=1)
            try:
                connection.connect()
            except OSError:
                if time.monotonic() > latest:
                    raise
                time.sleep(0.02)
            else:
                return
            finally:
                connection.close()

    def stop(self) -> int:
        """End and remove the container. Returns its exit status."""
        if docker("inspect", "--format", "{{.State.Running}}", self.id) == "true":
            docker("kill", self.id)
        status = int(docker("inspect", "--format", "{{.State.ExitCode}}", self.id))
        with self.log.open("a") as out:
            command = ["docker", "logs", self.id]
            subprocess.run(command, stdout=out, stderr=out, check=True)  # noqa: S603
        docker("rm", "--force", self.id)
        return status


@dataclass
class ContainerPool(FunctionPool):
    """A function of the engine's in containers."""

    built: Built = field(kw_only=True)
    network: str = field(kw_only=True)

    def start(self, more: Mapping[str, str] = MappingProxyType({})) -> Container:
        """Start one more container."""
        environment = {**self.environment, **more}
        return Container.start(self.built, environment, self.network, self.log)
