import boto3
import pytest


def test_an_empty_endpoint_as_the_template_has_it_is_aws_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "")
    endpoint = boto3.client("s3", region_name="eu-central-1").meta.endpoint_url
    assert endpoint == "https://s3.eu-central-1.amazonaws.com"
