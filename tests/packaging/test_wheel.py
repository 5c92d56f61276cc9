"""One wheel: both packages, their types, the command, and nothing else."""

import subprocess
import sys
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=root, check=True, capture_output=True)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> list[str]:
    return zipfile.ZipFile(wheel).namelist()


def info(wheel: Path, name: str) -> str:
    with zipfile.ZipFile(wheel) as archive:
        (path,) = (each for each in archive.namelist() if each.endswith(f".dist-info/{name}"))
        return archive.read(path).decode()


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    return Parser().parsestr(info(wheel, "METADATA"))


def test_it_has_three_packages_and_nothing_else(names: list[str]) -> None:
    tops = {name.partition("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"hone", "hone_trainer", "hone_serving"}
    assert {Path(name).suffix for name in names if ".dist-info/" not in name} == {".py", ".typed"}


@pytest.mark.parametrize(
    ("package", "folder"),
    [("hone", "operator"), ("hone_trainer", "trainer_image"), ("hone_serving", "serving")],
)
def test_it_has_every_module(root: Path, names: list[str], package: str, folder: str) -> None:
    there = {str(path.relative_to(root / folder)) for path in (root / folder).rglob("*.py")}
    assert there == {
        name for name in names if name.startswith(f"{package}/") and name[-3:] == ".py"
    }
    assert f"{package}/py.typed" in names


def test_it_is_for_every_system(wheel: Path) -> None:
    assert wheel.name.endswith("-py3-none-any.whl")


def test_it_names_its_licence_and_brings_it(metadata: Message, names: list[str]) -> None:
    assert metadata["License-Expression"] == "Apache-2.0"
    assert any(name.endswith("/licenses/LICENSE") for name in names)


def test_the_base_is_the_words_alone(metadata: Message) -> None:
    base = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert {line.partition("<")[0].partition(">")[0] for line in base} == {"pydantic", "pyyaml"}


def test_it_brings_the_command(wheel: Path) -> None:
    assert "hone = hone.__main__:main" in info(wheel, "entry_points.txt")


OURS = {"hone", "hone_trainer", "hone_serving"}
BASE = {"annotated_types", "pydantic", "pydantic_core", "typing_extensions", "typing_inspection"}
BASE |= {"yaml"}


@pytest.mark.slow
@pytest.mark.parametrize("line", [["crd"], ["plan", "examples/reference.yaml"]])
def test_without_extras_the_definition_and_plans_still_print(line: list[str], root: Path) -> None:
    code = (
        "import sys\n"
        f"base = {OURS | BASE!r}\n"
        "class Bare:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        top = name.partition('.')[0]\n"
        "        if top not in base and top not in sys.stdlib_module_names and top[:1] != '_':\n"
        "            raise ModuleNotFoundError(f'{name} is not of the base', name=name)\n"
        "sys.meta_path.insert(0, Bare())\n"
        "from hone.__main__ import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *line], cwd=root, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "reference" in done.stdout or "optimizationjobs" in done.stdout
