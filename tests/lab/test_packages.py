"""What is missing is installed by root, and named to everybody else."""

from pathlib import Path

import pytest

from lab import packages
from lab.faults import Missing

NEEDED = {"/nowhere/bridge": "cni", "no-such-command": "tool", "no-such-twin": "tool", "sh": "dash"}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_each_missing_package_is_named_once() -> None:
    assert packages.missing(NEEDED) == ["cni", "tool"]


def test_who_is_not_root_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(Missing, match="as root: cni tool"):
        packages.ensure(NEEDED)


def test_nothing_missing_needs_no_rights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    packages.ensure({"sh": "dash"})


def test_any_file_that_fits_a_pattern_is_proof(tmp_path: Path) -> None:
    needed = {f"{tmp_path}/lib/*/bin/serve": "server"}
    assert packages.missing(needed) == ["server"]
    (tmp_path / "lib" / "15" / "bin").mkdir(parents=True)
    (tmp_path / "lib" / "15" / "bin" / "serve").touch()
    assert packages.missing(needed) == []
