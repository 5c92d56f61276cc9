"""The page for those who move: it names every field, and what it shows is what happens."""

import re
from pathlib import Path

import pytest

from hone.__main__ import main
from hone.migrate import containers, pods, policy, tfjob
from hone.migrate.policy import RESTART
from hone.migrate.roles import KNOWN, ORDER

UNREAD = {"name", "securityContext", "volumes", "containers", "serviceAccount"}
"""Words of Kubernetes that the page tells by their parts, or by another name."""


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs/moving-from-tfjob.md").read_text()


@pytest.mark.parametrize(
    "word",
    sorted(
        {
            *tfjob.SPEC,
            *policy.RULES,
            *policy.SCHEDULING,
            *policy.SCHEDULING_LOSSES,
            *pods.RULES,
            *containers.RULES,
        }
        - UNREAD
    ),
)
def test_every_field_that_is_read_is_named(word: str, page: str) -> None:
    assert re.search(rf"`[^`]*\b{word}\b[^`]*`", page)


@pytest.mark.parametrize("word", [*RESTART, *RESTART.values(), *ORDER])
def test_every_word_of_a_policy_and_a_role_is_named(word: str, page: str) -> None:
    assert f"`{word}`" in page


def test_every_type_of_replica_is_named(page: str) -> None:
    assert {word for word in KNOWN if f"`{word}`" in page.lower()} == set(KNOWN)


def test_links_lead_somewhere(page: str, root: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", page)
    assert links
    assert not [link for link in links if not (root / "docs" / link).exists()]


def test_the_options_that_it_shows_exist(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["convert", "--help"])
    known = capsys.readouterr().out
    shown = set(re.findall(r"(?<![\w-])--?[a-z]+\b", page))
    assert {"--artifacts", "--command", "-o"} <= shown
    assert not [word for word in shown if word not in known and word != "-c"]
