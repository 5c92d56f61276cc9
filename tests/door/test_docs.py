"""What the first pages promise: links lead somewhere, examples and rooms are there."""

import re
from pathlib import Path

import pytest

from hone.control.telemetry import Telemetry
from hone.plan.programs import program
from hone_trainer.contract.assignment import Artifact, Assignment, Source, Store
from hone_trainer.custom.spec import Custom
from tests.docs.blocks import ROOT, pages

PAGES = sorted({"STYLE.md", "CHANGELOG.md"} | {str(page.relative_to(ROOT)) for page in pages()})
REASON = re.compile(
    r'(?:StageFailure\(|reason=|stop\(gang, |Diagnosis\("application", |REASON = |UNRE[A-Z]+ = '
    r"|refuse\(\w+, |flags\()"
    r'\s*"([A-Z][A-Za-z]+)"'
)
SUCCEEDED = {"Restarting", "Succeeded"}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str, root: Path) -> None:
    path = root / page
    links = re.findall(r"\]\(([^)#]+)\)", path.read_text())
    lost = [link for link in links if "://" not in link and not (path.parent / link).exists()]
    assert not lost


def test_every_decision_is_listed(root: Path) -> None:
    listed = (root / "docs/adr/README.md").read_text()
    pages = sorted((root / "docs/adr").glob("[0-9]*.md"))
    assert pages
    assert not [page.name for page in pages if f"({page.name})" not in listed]


def test_rooms_and_commands_that_are_named_exist(root: Path) -> None:
    text = (root / "README.md").read_text() + (root / "CONTRIBUTING.md").read_text()
    targets = set(re.findall(r"^([a-z-]+):", (root / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z-]+)", text, re.MULTILINE)) <= targets
    for example in set(re.findall(r"examples/[a-z0-9-]+\.yaml", text)):
        assert (root / example).exists()


VALUE = re.compile(r"\"(Bad[A-Z][a-z]+|NestedValue|BrokenRow|Database[A-Z][A-Za-z]+|QueryFailed)\"")
"""Reasons that stand in tables of what is wrong with a row, or with a database."""


def reasons(root: Path) -> set[str]:
    """Every reason for which a job can fail or be stuck, as the code has it."""
    rooms = ("trainer_image", "operator", "serving")
    sources = [path for room in rooms for path in (root / room).rglob("*.py")]
    found = {reason for path in sources for reason in REASON.findall(path.read_text())}
    elsewhere = {"InvalidSpec", "ConversionFailed", "Evicted", "OutOfMemory", "StorageUnreachable"}
    values = (root / "trainer_image/hone_trainer/sources").glob("*.py")
    told = {reason for path in values for reason in VALUE.findall(path.read_text())}
    return (found | elsewhere | told) - SUCCEEDED


def test_every_reason_has_its_remedy_and_no_other_is_told(root: Path) -> None:
    table = (root / "docs/operations.md").read_text().partition("| reason |")[2]
    told = {
        reason
        for line in table.splitlines()
        if line.startswith("| `")
        for reason in re.findall(r"`([A-Z][A-Za-z]+)`", line.split("|")[1])
    }
    assert told == reasons(root)


def test_every_metric_is_told(root: Path) -> None:
    families = Telemetry().registry.collect()
    text = (root / "docs/operations.md").read_text()
    assert not [family.name for family in families if f"`{family.name}" not in text]


def test_every_variable_of_the_contract_is_told(root: Path) -> None:
    task = Assignment(
        namespace="n",
        job="j",
        uid="u",
        stage="s",
        run={},
        store=Store(uri="s3://b", endpoint="e", region="r"),
        progress_url="http://hone",
    )
    made = Artifact(name="m", uri="s3://b/m", sha256="0" * 64, size_bytes=1)
    many = (Source(stage="t", kind="train", makes="model", manifest=made),) * 1000
    peers = [{"name": "TF_CONFIG"}, {"name": "TF_TASK_INDEX"}]
    given = {
        each["name"]
        for sources in ((), many)
        for each in program(
            Custom(command=("a",)), task.model_copy(update={"sources": sources}), peers
        ).env
    }
    table = (root / "docs/custom-training.md").read_text().partition("| variable | |")[2]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    told = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}
    assert told == given
