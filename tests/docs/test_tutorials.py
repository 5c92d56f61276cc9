"""The tutorials of the domains, run as they stand there: each model beats the simplest ones."""

import csv
import json
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hone_trainer.sources.click_model import ClickModel
from hone_trainer.sources.made_up import MadeUpSource
from hone_trainer.sources.question_model import QuestionModel
from hone_trainer.sources.search_model import SearchModel
from tests.docs.blocks import blocks, commands
from tests.docs.test_trainings import run

pytestmark = [pytest.mark.slow, pytest.mark.tensorflow]


@dataclass(frozen=True)
class Tutorial:
    """A page, its rows, and what its model has to do better than a linear one."""

    page: str
    name: str
    """Of the job, and of its files."""
    rows: MadeUpSource
    figures: dict[str, str]
    """Target -> figure."""
    answers: frozenset[str]
    """Columns that `hone predict` adds."""

    def commands(self) -> list[str]:
        """What the page has people type."""
        return [each.text for each in commands() if each.page == self.page]

    def block(self, language: str) -> str:
        """The first block of a language."""
        return next(b.text for b in blocks(language) if b.page == self.page)


TUTORIALS = {
    "service": Tutorial(
        "docs/tutorial-service.md",
        "questions",
        QuestionModel(rows=8000),
        {"intent": "accuracy"},
        frozenset({"class", "probability", "classes", "inScope"}),
    ),
    "search": Tutorial(
        "docs/tutorial-search.md",
        "searches",
        SearchModel(searches=2500),
        {"relevance": "ndcg@10"},
        frozenset({"score", "rank"}),
    ),
    "ads": Tutorial(
        "docs/tutorial-ads.md",
        "ads",
        ClickModel(rows=40_000, users=120, items=60, factors=2, affinity=1.5),
        {"clicked": "auc", "bought": "auc"},
        frozenset({"clicked_probability", "bought_probability"}),
    ),
}


@pytest.fixture(scope="module", params=TUTORIALS)
def domain(request: pytest.FixtureRequest) -> str:
    """One domain after the other."""
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def desk(domain: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the commands of a tutorial were run."""
    tutorial, folder = TUTORIALS[domain], tmp_path_factory.mktemp(domain)
    units = range(tutorial.rows.extent[0])
    header = tutorial.block("csv").splitlines()[0].split(",")
    drawn, _ = tutorial.rows.draw(0, units, frozenset(header))
    with (folder / f"{tutorial.name}.csv").open("w", newline="") as file:
        written = csv.writer(file)
        written.writerow(header)
        rows = zip(*(drawn[name].to_pylist() for name in header), strict=True)
        written.writerows(["" if cell != cell else cell for cell in row] for row in rows)
    (folder / f"{tutorial.name}.yaml").write_text(tutorial.block("yaml"))
    for command in tutorial.commands():
        run(folder, "-m", *shlex.split(command))
    return folder


def test_its_model_is_better_than_no_features_and_than_a_linear_one(
    domain: str, desk: Path
) -> None:
    (found,) = desk.glob(".hone/artifacts/default/*/*/evaluate/0/0/evaluation.json")
    judged: dict[str, Any] = json.loads(found.read_text())["targets"]
    for target, figure in TUTORIALS[domain].figures.items():
        ours = judged[target]["shipped"][figure]
        for simple in ("prior", "baseline"):
            theirs = judged[target][simple][figure]
            assert ours["value"] > theirs["value"], (target, simple, ours, theirs)


def test_it_ends_with_an_answer_to_every_row(domain: str, desk: Path) -> None:
    tutorial = TUTORIALS[domain]
    with (desk / "answers.csv").open(newline="") as file:
        answers = list(csv.DictReader(file))
    with (desk / f"{tutorial.name}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(answers) == len(rows)
    assert tutorial.answers <= answers[0].keys()
    assert all(
        all(row[name] for name in tutorial.answers) != bool(row["refused"]) for row in answers
    )


def test_its_commands_are_a_run_and_a_prediction(domain: str) -> None:
    first, second = TUTORIALS[domain].commands()
    assert first == f"hone run {TUTORIALS[domain].name}.yaml"
    assert second.startswith(f"hone predict latest:{TUTORIALS[domain].name} ")
