"""What `--help` says: at once, of every command, with defaults and places, at any width."""

import subprocess
import sys

import pytest

from hone.__main__ import main
from hone.settings import Settings, variable

COMMANDS = (
    *("bench", "compare", "convert", "crd", "help", "operator", "plan", "predict", "reference"),
    *("retry", "run", "runs", "serve", "show"),
)


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What is said for these words, on one line."""
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 0
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_explained_in_two_ways(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(capsys, "help", command) == told(capsys, command, "--help")


def test_help_alone_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    general = told(capsys, "help")
    assert general == told(capsys, "--help")
    assert not [command for command in COMMANDS if f" {command} " not in general]
    assert "`hone help COMMAND` explains a command" in general


def test_help_with_what_is_no_command_ends_with_2() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["help", "fly"])
    assert ended.value.code == 2


def test_defaults_logs_and_state_of_a_run_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys, "run", "--help")
    for words in (
        "(default: artifacts below --state)",
        "record and logs of local jobs (default: .hone)",
        "The record of a job is in DIR/NAMESPACE/NAME",
        "the output of its pods in logs",
        "start from the folder of its file",
        "0 complete, 1 failed",
    ):
        assert words in said


def test_every_setting_of_the_operator_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys, "operator", "--help")
    for name, field in Settings.model_fields.items():
        value = field.default
        shown = str(value).lower() if isinstance(value, bool) else str(value)
        plain = isinstance(value, float) and value.is_integer()
        default = f" ({value:g}" if plain else f" ({shown}"
        assert variable(name) in said
        optional = value in (None, "", ()) or name == "trainer_image"
        assert optional or f"{variable(name)}{default}" in said


@pytest.mark.parametrize("command", COMMANDS)
def test_sixty_columns_are_enough_for_help(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    with pytest.raises(SystemExit):
        main([command, "--help"])
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 60


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from hone.__main__ import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = ('pydantic', 'yaml', 'rich', 'aiohttp', 'kopf', 'kubernetes', 'tensorflow',\n"
        "    'numpy', 'msgspec')\n"
        "print('loaded:', [name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("loaded: []\n")
