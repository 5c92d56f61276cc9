"""Every command of the pages is run by some test, and those of `hone` that need no time by this."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from hone.__main__ import main
from tests.docs.blocks import ROOT, Command, blocks, commands, pages
from tests.docs.jobs import whole

QUICK = ("plan", "convert", "help")
"""Commands of `hone` that these tests run."""
ALIKE = "hone predict .hone/artifacts/default/reference/*/evaluate/0/0/bundle rows.csv"
NAMED = "hone predict latest:clicks clicks.csv --output answers.csv"
TRAINED = {
    *("hone run clicks.yaml", "hone run my-job.yaml", ALIKE, NAMED),
    *("hone run ads.yaml", "hone predict latest:ads ads.csv --output answers.csv"),
    "hone run questions.yaml",
    "hone predict latest:questions questions.csv --output answers.csv",
    "hone run searches.yaml",
    "hone predict latest:searches searches.csv --output answers.csv",
}
"""Run by ``test_trainings.py`` and ``test_tutorials.py``, under the names of the tutorials."""
CLUSTER = ("kubectl", "helm", "hone retry")
"""Run by ``test_cluster_commands.py``."""
RECORDED = ("hone runs", "hone show", "hone compare", "hone clean")
"""Run by ``test_runs_page.py``."""
ANSWERED = ("hone serve", "hone bench", "curl")
"""Run by ``test_serving_page.py``."""
ELSEWHERE = {
    "make demo": "tests/realnode/test_reference.py runs that job: its gate is far above chance",
    "make test": "is what runs this",
    "make check": "is what runs this",
    "hone export latest:clicks --mlflow http://127.0.0.1:5000": "tests/door/test_export.py does,"
    " with a server of MLflow's",
    "make format": "test_makes_words_are_its_targets: it would change the checkout",
    **dict.fromkeys(
        (
            "docker build -f operator/Dockerfile -t registry.example/hone-operator:0.1.0 .",
            "docker build -f trainer_image/Dockerfile -t registry.example/hone-trainer:0.1.0 .",
            "docker build -f serving/Dockerfile -t registry.example/hone-server:0.1.0 .",
            "docker push registry.example/hone-operator:0.1.0",
            "docker push registry.example/hone-trainer:0.1.0",
            "docker push registry.example/hone-server:0.1.0",
        ),
        "tests/realnode runs what lab/kitchen.py builds from the same Dockerfiles",
    ),
    "aws s3 cp --recursive s3://models/…/train/0/0/tensorboard ./logs"
    " && tensorboard --logdir ./logs": "neither is a dependency;"
    " tests/trainer/train/test_curves.py reads the curves as TensorBoard does",
}
"""Command -> why none of these runs it."""
INLINE = re.compile(r"`hone ([a-z]+)([^`]*)`")
OURS = {"clicks.yaml": "docs/tutorial-recommendation.md", "my-job.yaml": "docs/custom-training.md"}
"""Files that commands name -> the page whose first YAML block they are."""


def of(*words: str) -> list[Command]:
    """Commands that begin with one of these words, in the order of the pages."""
    begin = tuple(f"{word} " for word in words)
    return [each for each in commands() if f"{each.text} ".startswith(begin)]


def test_every_command_is_run_by_some_test() -> None:
    run = set(of(*(f"hone {name}" for name in QUICK), *CLUSTER, *RECORDED, *ANSWERED))
    left = [each for each in commands() if each.text not in TRAINED | ELSEWHERE.keys()]
    assert set(left) - run == set(), "run them, or say in ELSEWHERE why not"


def test_no_reason_outlives_its_command() -> None:
    assert (ELSEWHERE.keys() | TRAINED) - {each.text for each in commands()} == set()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that commands name, to work in."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    for name, page in OURS.items():
        job = whole(next(each for each in blocks("yaml") if each.page == page))
        (tmp_path / name).write_text(yaml.safe_dump(job))
    return tmp_path


@pytest.mark.parametrize("page", sorted({each.page for each in commands()}))
def test_the_quick_commands_of_a_page_do_what_it_says(
    page: str, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert desk.is_dir()
    for each in of(*(f"hone {name}" for name in QUICK)):
        if each.page != page:
            continue
        assert main(shlex.split(each.text)[1:]) == 0, each
        said = capsys.readouterr()
        lines = iter((said.out + said.err).splitlines())
        for told in each.said:
            start = told.removesuffix("…")
            assert any(line.startswith(start) for line in lines), f"{each}: never said {told!r}"


def test_makes_words_are_its_targets() -> None:
    for each in of("make"):
        done = subprocess.run(
            ["make", "--dry-run", *shlex.split(each.text)[1:]],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", [path.relative_to(ROOT).as_posix() for path in pages()])
def test_a_command_inside_a_sentence_has_words_that_there_are(
    page: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, rest in INLINE.findall((ROOT / page).read_text()):
        with pytest.raises(SystemExit) as ended:
            main(["help", name])
        assert ended.value.code == 0, f"{page}: hone {name}"
        known = set(re.findall(r"(?<!\w)--?[a-z-]+", capsys.readouterr().out))
        assert {word for word in shlex.split(rest) if word.startswith("--")} <= known, page
