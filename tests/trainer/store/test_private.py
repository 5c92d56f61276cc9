"""No field can name what a machine keeps to itself: its words would stand in the status."""

from pathlib import Path

import pytest

from hone_trainer.contract.assignment import TOKEN_VARIABLE, StageFailure, Store
from hone_trainer.store.artifact_store import open_store
from tests.trainer.sourced import refused, source_of, store_in

WORDS = "its-token"


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pod's token, in a folder where other files lie too."""
    path = tmp_path / "pod" / "token"
    path.parent.mkdir()
    path.write_text(f"{WORDS}\n")
    monkeypatch.setenv(TOKEN_VARIABLE, str(path))
    return path


@pytest.mark.parametrize("kind", ["csv", "jsonLines", "parquet"])
@pytest.mark.parametrize(
    "uri",
    [
        "/proc/self/environ",
        "file:///proc/self/environ",
        "/proc/self/../self/status",
        "/proc/*/environ",
        "/proc",
        "/sys/kernel/*",
        "/var/run/secrets/hone/token",
        "/run/secrets/x.csv",
        "/run",
        "/*",
        "{}/pod/token",
        "{}/pod/*",
        "{}/link.csv",
        "{}/around/token",
    ],
)
def test_no_source_can_name_it(tmp_path: Path, token: Path, kind: str, uri: str) -> None:
    (tmp_path / "link.csv").symlink_to(token)
    (tmp_path / "around").symlink_to(token.parent)
    failure = refused(source_of(kind, uri=uri.format(tmp_path)), store_in(tmp_path))
    assert failure.reason == "PrivatePath"
    assert f"prepare.source.{kind}.uri" in failure.message
    assert WORDS not in failure.message


def test_what_lies_beside_a_token_is_ones_own(tmp_path: Path, token: Path) -> None:
    store = open_store(Store(uri=str(token.parent)))
    store.put("clicks.csv", b"a,b\n")
    assert store.list("") == ["clicks.csv", "token"]
    with pytest.raises(StageFailure, match=r"spec\.artifacts\.uri"):
        store.get("token")
    assert token.read_text() == f"{WORDS}\n"


def test_artifacts_go_to_no_such_place() -> None:
    with pytest.raises(StageFailure) as caught:
        open_store(Store(uri="/proc/self/artifacts")).put("a", b"")
    assert caught.value.reason == "PrivatePath"
