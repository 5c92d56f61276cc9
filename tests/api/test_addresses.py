"""Addresses of stores: what every storage library takes, and what none does."""

import pytest
from pydantic import TypeAdapter, ValidationError

from hone.api.job import ArtifactsSpec
from hone_trainer.contract.patterns import Uri


@pytest.mark.parametrize(
    "uri",
    [
        *("s3://b", "s3://b/", "s3://my.bucket/a/b/", "gs://b/x", "az://c/x", "s3://b/.x/..y/..."),
        *("/x", "/my folder/x", "/home/me@corp/x#1", "file:///x", "s3://b/größe", "s3://b/%2e%2e"),
    ],
)
def test_a_store_may_be_there(uri: str) -> None:
    assert ArtifactsSpec(uri=uri).uri == uri


@pytest.mark.parametrize(
    "endpoint",
    ["http://m", "http://m:9000", "https://h:65535/p/", "http://[::1]:1", "http://my_minio:9000"],
)
def test_a_server_may_be_there(endpoint: str) -> None:
    assert ArtifactsSpec(uri="s3://b", endpoint=endpoint).endpoint == endpoint


@pytest.mark.parametrize("port", ["0", "65536", "99999", "abc", "", "080"])
def test_a_port_is_a_number_that_there_is(port: str) -> None:
    with pytest.raises(ValidationError):
        ArtifactsSpec(uri="s3://b", endpoint=f"http://m:{port}")


@pytest.mark.parametrize(
    "uri",
    [
        *("s3://b/2026-*/part-*.csv.gz", "s3://b/my file.csv", "../x.csv", "./x", "x.csv"),
        *("/x/../y.csv", "/a b.csv", "/data/a:b.csv", "file:///a/*.csv"),
    ],
)
def test_a_source_may_be_there(uri: str) -> None:
    assert TypeAdapter(Uri).validate_python(uri) == uri
