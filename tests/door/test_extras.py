"""Commands whose packages are not installed say which extra brings them."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from hone.__main__ import main
from hone.door import extras


def without(*absent: str) -> Callable[[str], bool]:
    return lambda module: module not in absent


@pytest.mark.parametrize(
    ("command", "absent", "words"),
    [
        ("run", "rich", "hone run needs rich, which"),
        ("run", "tensorflow", "pip install 'hone-operator[operator,trainer]'"),
        ("operator", "kopf", "hone operator needs kopf, which"),
        ("operator", "kubernetes", "pip install 'hone-operator[operator]'"),
        ("serve", "msgspec", "hone serve needs msgspec, which"),
        ("serve", "pyarrow", "pip install 'hone-operator[serving,server]'"),
    ],
)
def test_what_is_missing_is_named_with_its_remedy(command: str, absent: str, words: str) -> None:
    said = extras.remedy(command, without(absent))
    assert said is not None
    assert words in said


@pytest.mark.parametrize("command", ["crd", "plan", "operator", "serve"])
def test_commands_ask_for_no_more_than_they_use(command: str) -> None:
    assert extras.remedy(command, without("tensorflow", "pandas")) is None


@pytest.mark.parametrize("command", ["run", "operator", "serve"])
def test_the_development_environment_has_everything(command: str) -> None:
    assert extras.remedy(command) is None


@pytest.mark.parametrize("line", [["run", "job.yaml"], ["operator"]])
def test_the_command_line_ends_with_2_and_the_remedy(
    line: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(extras.MODULES, "operator", ("surely_not_installed",))
    assert main(line) == 2
    assert "needs surely_not_installed" in capsys.readouterr().err


MODULE_OF = {"scikit_learn": "sklearn"}


@pytest.mark.parametrize("extra", sorted(extras.MODULES))
def test_the_table_names_what_the_extras_bring(extra: str, root: Path) -> None:
    declared = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    lines = declared["optional-dependencies"][extra]
    if extra == "trainer":
        lines = [*lines, *declared["optional-dependencies"]["trainer-common"]]
    everywhere = [line for line in lines if ";" not in line and "[" not in line]
    modules = {re.split(r"[<>=]", line)[0].strip().replace("-", "_") for line in everywhere}
    modules = {MODULE_OF.get(name, name) for name in modules}
    # TensorFlow is one module under two names of distributions, each for some machines.
    assert set(extras.MODULES[extra]) - {"tensorflow"} == modules
