"""An address that no storage library takes fails the stage, with the fields to correct."""

import pytest

from hone_trainer.contract.assignment import StageFailure, Store
from hone_trainer.store.artifact_store import open_store
from hone_trainer.store.errors import sober


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the library asks no metadata service for them."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "me")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")


@pytest.mark.parametrize(
    ("uri", "endpoint"),
    [
        ("s3://b/x", "http://127.0.0.1:99999"),
        ("s3://b/x", "http://127.0.0.1:abc"),
        ("s3://b/x", "http://a b"),
        ("s3://b x/x", "http://127.0.0.1:1"),
        ("s3://", "http://127.0.0.1:1"),
    ],
)
@pytest.mark.parametrize("act", ["entry", "list", "get"])
def test_it_fails_the_stage_and_panics_nobody(uri: str, endpoint: str, act: str) -> None:
    with pytest.raises(StageFailure) as failed:
        getattr(open_store(Store(uri=uri, endpoint=endpoint, region="x")), act)("a")
    assert failed.value.reason == "UnsupportedUri"
    assert "spec.artifacts" in failed.value.message
    assert not failed.value.retry


def test_whoever_ends_the_process_still_does() -> None:
    with pytest.raises(KeyboardInterrupt), sober():
        raise KeyboardInterrupt
