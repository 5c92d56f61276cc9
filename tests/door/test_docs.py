"""What the first pages promise: links lead somewhere, examples and rooms are there."""

import re
from pathlib import Path

import pytest

PAGES = ("README.md", "CONTRIBUTING.md", "STYLE.md", "CHANGELOG.md", "docs/adr/README.md")


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
