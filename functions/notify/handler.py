"""The Lambda function Notify: send an event for an execution that has ended."""

from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.client import BaseClient

from fanscribe.runtime.logs import logger
from fanscribe.runtime.settings import NotifySettings
from fanscribe.steps.notify import Ended, notification, send


@logger.inject_lambda_context(correlation_id_path="detail.executionArn")
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    ended = Ended.model_validate(event["detail"])
    notice = notification(ended, _client("stepfunctions"), NotifySettings.read())
    send(notice, ended, _client("events"))
    logger.info("notified", extra={"kind": notice["kind"], "job": notice["detail"]["job"]})


@cache
def _client(service: str) -> BaseClient:
    return boto3.client(service)
