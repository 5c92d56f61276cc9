"""The locks: everything pinned by its content, from nowhere in particular, alike everywhere."""

import re
import tomllib
from pathlib import Path

import pytest

LOCKS = ("build", "clients", "dev", "lab", "mlflow", "operator", "server", "trainer", "trainer-gpu")
FOR_TESTS_ALONE = {"pytest", "hypothesis", "mypy", "ruff", "uv"}
UNUSED = {"keras", "libclang", "grpcio", "wheel", "cryptography"}

Pins = dict[str, set[str]]


def text(root: Path, lock: str) -> str:
    return (root / f"requirements/{lock}.txt").read_text().replace("\\\n", "")


def entries(root: Path, lock: str) -> list[str]:
    return [line for line in text(root, lock).splitlines() if line and not line.startswith("#")]


def pins(root: Path, lock: str) -> Pins:
    """Names and their versions: some packages have one for each of several Pythons."""
    found: Pins = {}
    for entry in entries(root, lock):
        name, version = entry.split()[0].split("==")
        found.setdefault(name, set()).add(version)
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_entry_is_one_version_with_its_hashes(root: Path, lock: str) -> None:
    found = entries(root, lock)
    assert found
    for entry in found:
        assert re.fullmatch(
            r"[a-z0-9-]+==[0-9][^ ]*( ; [^-]+?)?( +--hash=sha256:[0-9a-f]{64})+", entry
        )


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_says_where_packages_come_from(root: Path, lock: str) -> None:
    assert not re.search(r"://|^\s*(-i|-f|--\S*(index|links|host)\S*) ", text(root, lock), re.M)


@pytest.mark.parametrize("lock", ["operator", "server", "trainer"])
def test_an_image_has_the_versions_that_are_tested(root: Path, lock: str) -> None:
    tested = pins(root, "dev")
    assert {name: tested.get(name) for name in pins(root, lock)} == pins(root, lock)


def test_gpus_add_nvidias_libraries_and_change_nothing_else(root: Path) -> None:
    trainer, gpu = pins(root, "trainer"), pins(root, "trainer-gpu")
    added = {name for name in gpu if name.startswith("nvidia-")}
    assert "nvidia-cudnn-cu12" in added
    assert trainer.pop("tensorflow-cpu") == gpu["tensorflow"]
    assert trainer == {name: gpu[name] for name in gpu if name not in added}


def test_nvidias_libraries_are_for_machines_that_have_them(root: Path) -> None:
    for entry in entries(root, "trainer-gpu"):
        if entry.startswith("nvidia-"):
            assert "platform_machine == 'x86_64' and sys_platform == 'linux'" in entry


@pytest.mark.parametrize("lock", ["operator", "server", "trainer", "trainer-gpu"])
def test_images_carry_nothing_that_only_tests_use(root: Path, lock: str) -> None:
    assert not (FOR_TESTS_ALONE | UNUSED) & set(pins(root, lock))


def test_a_server_has_neither_tensorflow_nor_pandas(root: Path) -> None:
    heavy = {"tensorflow", "tensorflow-cpu", "tf-keras", "pandas", "kubernetes", "kopf"}
    assert not heavy & set(pins(root, "server"))


def test_development_has_all_that_is_asked_for(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"]]
    for extra in ("operator", "trainer", "trainer-common", "serving", "onnx", "server", "dev"):
        lines += [line for line in extras[extra] if not line.startswith("hone-operator")]
    wanted = {re.split(r"[<>=\[;]", line)[0].strip().lower().replace("_", "-") for line in lines}
    assert wanted <= set(pins(root, "dev"))
