"""Step Functions, S3 and Lambda on this machine: moto's interpreter and S3, and our own processes
for the functions.

The template is deployed unpatched (fanscribe_local/emulator/template.py). A WSGI middleware in
front of moto answers Lambda's Invoke from fanscribe_local/emulator/function_pool.py and passes
everything else on. Where it differs from AWS: docs/local-engine.md.
"""

import errno
import json
import logging
import os
import re
import sys
import threading
import time
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from types import ModuleType, SimpleNamespace, TracebackType
from typing import Any, Self, cast

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from moto.backends import get_backend
from moto.core.config import default_user_config
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from fanscribe import keys
from fanscribe_local.client.executions import Execution
from fanscribe_local.client.names import as_key
from fanscribe_local.client.stack import OUTPUTS, DeployedStack
from fanscribe_local.emulator import cloudformation
from fanscribe_local.emulator.function_pool import FunctionPool, function_environment
from fanscribe_local.emulator.job_cache import JobCache
from fanscribe_local.emulator.map_runs import MapRuns
from fanscribe_local.emulator.template import ACCOUNT, PARTITION, REGION, STACK, Deployment, deploy
from fanscribe_local.project import TEMPLATE

STATE_MACHINE = "fanscribe-TranscriptionStateMachine"
INVOKE = re.compile(r"^/2015-03-31/functions/([^/]+)/invocations$")

TRANSCRIBE, DETECT_LANGUAGE = "transcribe.handler.handler", "detect_language.handler.handler"
SPLIT = "split.handler.handler"

# moto's interpreter takes one enumeration from its Batch, which loads all of EC2: a third of the
# CPU that this process needs to start. No state of ours is a Batch job.
_SERVICES = "moto.stepfunctions.parser.asl.component.state.exec.state_task.service"
sys.modules.setdefault(
    f"{_SERVICES}.state_task_service_batch",
    cast("ModuleType", SimpleNamespace(StateTaskServiceBatch=None)),
)

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  (werkzeug's name)
        """Nothing: a progress bar is on the screen."""


class Engine:
    """A deployment of the template on this machine, while the `with` block lasts.

    One at a time in a process.
    """

    def __init__(
        self,
        parameters: Mapping[str, str],
        workers: int,
        logs: Path,
        cache: JobCache | None = None,
        *,
        ahead: bool = False,
    ) -> None:
        """`parameters` override the template's; `workers` bounds the processes of each function;
        `logs` is a folder, for temporary files of processes, too. Where fewer chunks than that are
        read at once (MapConcurrency), there are as many processes of Transcribe as chunks, and the
        workers are their readers.

        What is finished of a job is kept on the `cache`, if there is one. With `ahead`, processes
        are started before they are needed, while others work: for a recording or two, that is a
        tenth of the time.
        """
        self.deployment: Deployment = deploy(TEMPLATE, parameters)
        self._workers = workers
        self._places = min(workers, int(parameters.get("MapConcurrency", workers)))  # for chunks
        self._logs = logs
        self._cache = cache
        self._ahead = ahead
        self._begun: set[str] = set()  # jobs whose kept work is back
        # moto's S3 is not made for threads: a list while something is deleted fails
        self._one_by_one = threading.Lock()
        self.pools: dict[str, FunctionPool] = {}
        self._map_runs = MapRuns()
        self.trouble: OSError | None = None  # that the embedded S3 had with its files
        self.unkept: OSError | None = None  # why something is not on the cache

    def __enter__(self) -> Self:
        self._environment = dict(os.environ)
        self._servers: list[BaseWSGIServer] = []
        self.url = self.serve_at("127.0.0.1")
        _isolate(self._servers[0].server_port)
        self._start_pools()
        self._user_config = default_user_config["stepfunctions"]
        default_user_config["stepfunctions"] = {"execute_state_machine": True}
        self._moto: WsgiApp = DomainDispatcherApplication(create_backend_app)
        self.s3 = self.client("s3")
        self.states = self.client("stepfunctions")
        self._deploy()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._ahead:
            self._provisioning.join()
        self._stop_workers()
        # moto's state belongs to the process, not to the server
        urllib.request.urlopen(f"{self.url}/moto-api/reset", data=b"").close()  # noqa: S310
        for server in self._servers:
            server.shutdown()
            server.server_close()
        default_user_config["stepfunctions"] = self._user_config
        os.environ.clear()
        os.environ.update(self._environment)

    def client(self, service: str) -> BaseClient:
        """A boto3 client that talks to this engine."""
        config = Config(retries={"total_max_attempts": 1}, read_timeout=3600)
        return boto3.client(service, endpoint_url=self.url, region_name=REGION, config=config)

    def serve_at(self, address: str) -> str:
        """All services at an address of this machine (one that containers reach, say).

        Returns the URL.
        """
        server = make_server(address, 0, self.answer, threaded=True, request_handler=_Quiet)
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        self._servers.append(server)
        return f"http://{address}:{server.server_port}"

    @property
    def state_machine(self) -> str:
        """The state machine's ARN."""
        return self.stack.state_machine

    def bucket(self, logical_id: str) -> str:
        """The name of a bucket of the template."""
        return self.deployment.buckets[logical_id].name

    def upload(
        self,
        recording: Path,
        metadata: Mapping[str, str],
        name: str | None = None,
    ) -> dict[str, Any]:
        """Put a recording where the template's rule listens. Returns the event that S3 would send.

        `name`: where it is not the file's.
        """
        (bucket,) = self.deployment.rule["detail"]["bucket"]["name"]
        key = as_key(name or recording.name)
        self.s3.upload_file(str(recording), bucket, key, ExtraArgs={"Metadata": dict(metadata)})
        head = self.s3.head_object(Bucket=bucket, Key=key)
        return object_created(
            bucket, key, head["ContentLength"], head["ETag"], head.get("VersionId")
        )

    def start(self, execution_input: Mapping[str, Any]) -> str:
        """Start an execution of the deployed definition. Returns its ARN."""
        return self.stack.start(execution_input)

    def describe(self, arn: str) -> Execution:
        """Ask for an execution by its ARN."""
        return self.stack.describe(arn)

    def run(self, execution_input: Mapping[str, Any]) -> Execution:
        """Start an execution and wait for its end."""
        return self.wait(self.start(execution_input))

    def wait(self, arn: str) -> Execution:
        """Wait for an execution's end, however long it takes."""
        pause = 0.05
        while (execution := self.describe(arn)).running:
            time.sleep(pause)
            # A question takes this process as long as one of the functions', and those wait for it
            pause = min(pause * 1.05, 0.5)
        return execution

    def _start_pools(self) -> None:
        for arn, function in self.deployment.functions.items():
            self.pools[arn] = FunctionPool(
                function,
                function_environment(function, self._variables(function.handler)),
                self._places if function.handler == TRANSCRIBE else self._workers,
                self._logs / f"{function.name}.log",
            )
        self._provisioning = threading.Thread(target=self._provision, args=["Split", "Transcribe"])
        if self._ahead:
            self._provisioning.start()

    def _provision(self, *names: str) -> None:
        """Start processes of functions before they are needed."""
        for pool in self.pools.values():
            if pool.function.name.removesuffix("Function") in names:
                pool.provision(self._places if pool.function.handler == TRANSCRIBE else 1)

    def _variables(self, handler: str) -> dict[str, str]:
        """Variables of a function's processes that this machine decides, not the template."""
        threads = max(1, (os.cpu_count() or 1) // self._workers)
        readers = self._workers // self._places if handler in {TRANSCRIBE, DETECT_LANGUAGE} else 0
        variables = {
            "AWS_ENDPOINT_URL": self.url,
            "OMP_NUM_THREADS": str(threads * max(1, readers)),
            # A process that is killed leaves the recording there, which goes with the logs
            "TMPDIR": str(self._logs),
        }
        if readers:
            variables["FANSCRIBE_READERS"] = str(readers)
        if handler == SPLIT and self._places < self._workers:
            variables["SECTION_CONCURRENCY"] = str(self._workers)
        return variables

    def _deploy(self) -> None:
        days = self.deployment.buckets["WorkBucket"].expires_days
        if self._cache and days:
            with self._from_cache():
                self._cache.forget(days)
        for bucket in self.deployment.buckets.values():
            self.s3.create_bucket(Bucket=bucket.name)
            if bucket.versioned:
                self.s3.put_bucket_versioning(
                    Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"}
                )
        created = self.states.create_state_machine(
            name=STATE_MACHINE,
            definition=self.deployment.definition,
            roleArn=f"arn:aws:iam::{ACCOUNT}:role/{STATE_MACHINE}",
        )
        outputs = {**self.deployment.outputs, "StateMachineArn": created["stateMachineArn"]}
        self.stack = DeployedStack(self.s3, self.states, *(outputs[name] for name in OUTPUTS))

    def answer(
        self,
        environment: dict[str, Any],
        start_response: Callable[..., Any],
    ) -> Iterable[bytes]:
        """The WSGI application that every call to AWS arrives at: the user's, the functions' and
        the interpreter's.
        """
        try:
            return self._answer(environment, start_response)
        except (ConnectionError, TimeoutError):  # whoever called is gone
            raise
        except OSError as error:
            return self._failed(error, start_response)

    def _answer(
        self,
        environment: dict[str, Any],
        start_response: Callable[..., Any],
    ) -> Iterable[bytes]:
        match = INVOKE.match(environment["PATH_INFO"])
        if cloudformation.SIGNED in environment.get("HTTP_AUTHORIZATION", ""):
            status, body = cloudformation.answer(_body(environment), STACK, self.deployment.outputs)
            start_response(
                f"{status} {status.phrase}",
                [("Content-Type", "text/xml"), ("Content-Length", str(len(body)))],
            )
            return [body]
        if match is None:
            listed = self._of_children(environment)
            if listed is not None:
                start_response(
                    "200 OK",
                    [
                        ("Content-Type", "application/x-amz-json-1.0"),
                        ("Content-Length", str(len(listed))),
                    ],
                )
                return [listed]
            with self._one_by_one:
                return self._stored(environment, start_response)
        payload = _body(environment)
        function = urllib.parse.unquote(match[1])
        invoke = self.pools[function].invoke
        of_a_child = self.deployment.functions[function].handler == TRANSCRIBE
        if of_a_child and self._ahead:  # not earlier: the start needs the cores
            self._provision("Merge")
        answer = self._map_runs.call(payload, invoke) if of_a_child else invoke(payload)
        headers = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(answer.payload))),
        ]
        if answer.refusal:
            headers += [
                ("x-amzn-ErrorType", answer.refusal),
                ("x-amzn-RequestId", str(uuid.uuid4())),
            ]
        if answer.failed:
            headers += [("X-Amz-Function-Error", "Unhandled")]
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", headers)
        return [answer.payload]

    def _of_children(self, environment: dict[str, Any]) -> bytes | None:
        """Step Functions' answer about a Map run's children.

        None: the request was about something else.
        """
        action = environment.get("HTTP_X_AMZ_TARGET", "").removeprefix("AWSStepFunctions.")
        if action not in {"ListExecutions", "GetExecutionHistory"}:
            return None
        body = _body(environment)
        environment["wsgi.input"] = BytesIO(body)
        asked = json.loads(body)
        if (history := self._map_runs.history(asked.get("executionArn", ""))) is not None:
            return json.dumps({"events": history}).encode()
        if "mapRunArn" in asked:
            run = self.states.describe_map_run(mapRunArn=asked["mapRunArn"])
            children = self._map_runs.children(run["executionArn"], over=run["status"] != "RUNNING")
            return json.dumps({"executions": children}).encode()
        return None

    def _stored(
        self, environment: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer as moto does, with a job's objects brought back from the cache before and kept on
        it after.
        """
        work = self.bucket("WorkBucket")
        method, path = environment["REQUEST_METHOD"], environment["PATH_INFO"]
        key = path.removeprefix(f"/{work}/")
        job = keys.job_of(key)
        if job is None or self._cache is None:
            return self._moto(environment, start_response)
        s3 = get_backend("s3")[ACCOUNT][PARTITION]
        if job not in self._begun:
            self._begun.add(job)
            with self._from_cache():
                for kept, data in self._cache.restore(job):
                    s3.put_object(work, kept, data)
        body = self._moto(environment, start_response)
        with self._from_cache():
            if method == "PUT" and (stored := s3.get_object(work, key)):
                self._cache.keep(key, stored.value)
            elif method == "DELETE":
                self._cache.drop(key)
        return body

    @contextmanager
    def _from_cache(self) -> Iterator[None]:
        """Only later runs lose what the cache can't keep: this one goes on."""
        try:
            yield
        except OSError as error:
            self.unkept = self.unkept or error

    def _failed(self, error: OSError, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer what moto's S3 failed at: it keeps what is large in files, which a full disk does
        not take.

        Then the job is stopped: to its functions S3 only fails, and they would ask for minutes.
        """
        self.trouble = error
        threading.Thread(target=self._stop_running, daemon=True).start()
        code = errno.errorcode.get(error.errno or 0, "OSError")
        body = f"<Error><Code>{code}</Code></Error>".encode()
        status = HTTPStatus.BAD_REQUEST  # not of the kind that boto3 repeats
        headers = [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))]
        start_response(f"{status} {status.phrase}", headers)
        return [body]

    def recover(self) -> None:
        """Go on after trouble. Workers still busy with the stopped job would only make more."""
        if self.trouble:
            self._stop_workers()
            self.trouble = None

    def _stop_workers(self) -> None:
        with ThreadPoolExecutor(len(self.pools)) as threads:
            list(threads.map(lambda pool: pool.close(), self.pools.values()))

    def _stop_running(self) -> None:
        for execution in self.stack.latest(1):
            if execution.running:
                self.states.stop_execution(executionArn=execution.arn)


def _body(environment: Mapping[str, Any]) -> bytes:
    return bytes(environment["wsgi.input"].read(int(environment.get("CONTENT_LENGTH") or 0)))


def object_created(
    bucket: str, key: str, size: int, etag: str, version: str | None
) -> dict[str, Any]:
    """EventBridge's "Object Created" event, as the S3 user guide shows it."""
    stored = {
        "key": key,
        "size": size,
        "etag": etag.strip('"'),
        "sequencer": f"{time.time_ns():016X}",
    }
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": ACCOUNT,
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "region": REGION,
        "resources": [f"arn:aws:s3:::{bucket}"],
        "detail": {
            "version": "0",
            "bucket": {"name": bucket},
            "object": stored | ({"version-id": version} if version else {}),
            "request-id": uuid.uuid4().hex[:16].upper(),
            "requester": ACCOUNT,
            "source-ip-address": "127.0.0.1",
            "reason": "PutObject",
        },
    }


def _isolate(port: int) -> None:
    """Nothing of the user's AWS set-up or proxies counts in here: no account, no network."""
    for name in [
        name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")
    ]:
        del os.environ[name]
    os.environ.update(
        AWS_ACCESS_KEY_ID="local",
        AWS_SECRET_ACCESS_KEY="local",  # noqa: S106
        AWS_DEFAULT_REGION=REGION,
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        MOTO_PORT=str(port),  # where moto's interpreter finds S3 and Lambda
        # bytes: larger objects, such as sound, go to temporary files
        MOTO_S3_DEFAULT_KEY_BUFFER_SIZE=str(1 << 18),
    )
    # it warns of every failed child; the ledger says it better
    logging.getLogger("moto").setLevel(logging.CRITICAL)
