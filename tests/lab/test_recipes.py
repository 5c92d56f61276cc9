"""What makes an image another one."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from lab import kitchen, places
from lab.recipes import ALL, OPERATOR, TRAINER, Recipe


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What images are made of, but for what lies deep."""
    for name in {name for recipe in ALL for name in recipe.inputs(places.CHECKOUT)}:
        copy = tmp_path / name.relative_to(places.CHECKOUT)
        if len(copy.relative_to(tmp_path).parts) <= 3:
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(name.read_bytes())
    return tmp_path


@pytest.mark.parametrize("recipe", ALL, ids=lambda recipe: recipe.key)
def test_the_same_inputs_are_the_same_image(recipe: Recipe, checkout: Path) -> None:
    assert recipe.digest(checkout) == recipe.digest(checkout)


@pytest.mark.parametrize("recipe", ALL, ids=lambda recipe: recipe.key)
@pytest.mark.parametrize("name", ["operator/hone/__init__.py", "pyproject.toml"])
def test_code_is_in_all_of_them(recipe: Recipe, name: str, checkout: Path) -> None:
    before = recipe.digest(checkout)
    with (checkout / name).open("a") as file:
        file.write("\n# changed\n")
    assert recipe.digest(checkout) != before


def test_a_lock_is_in_its_own_image_only(checkout: Path) -> None:
    before = OPERATOR.digest(checkout), TRAINER.digest(checkout)
    (checkout / TRAINER.requirements).write_text("other")
    assert OPERATOR.digest(checkout) == before[0]
    assert TRAINER.digest(checkout) != before[1]


def test_what_python_compiled_is_not_an_input(checkout: Path) -> None:
    before = OPERATOR.digest(checkout)
    (checkout / "operator/hone/__pycache__").mkdir()
    (checkout / "operator/hone/__pycache__/x.pyc").write_text("")
    assert OPERATOR.digest(checkout) == before


def test_a_renamed_file_is_a_change(checkout: Path) -> None:
    before = OPERATOR.digest(checkout)
    (checkout / "operator/hone/settings.py").rename(checkout / "operator/hone/other.py")
    assert OPERATOR.digest(checkout) != before


@pytest.mark.parametrize("recipe", ALL, ids=lambda recipe: recipe.key)
def test_dockerfiles_are_safe_by_default(recipe: Recipe) -> None:
    text = (places.CHECKOUT / recipe.dockerfile).read_text()
    assert "USER 65532:65532" in text
    assert "ARG BASE=python:3.11-slim-bookworm" in text
    assert "--require-hashes" in text
    last = text.rstrip().splitlines()[-1]
    assert last.startswith("COPY --from=project")  # the one layer that a change of code makes


class TestPipSettings:
    def test_where_packages_come_from_is_passed_on(self) -> None:
        settings = kitchen.pip_settings("global.index-url='https://mirror.example/simple'")
        assert "index-url = https://mirror.example/simple" in settings

    def test_paths_of_this_machine_are_not(self) -> None:
        settings = kitchen.pip_settings(":env:.cert='/home/me/ca.pem'\n:env:.find-links='/wheels'")
        assert "/home/me" not in settings
        assert "/wheels" not in settings

    def test_percent_signs_survive(self) -> None:
        assert "a%20b" in kitchen.pip_settings("global.index-url='https://x.example/a%20b'")


def test_containers_of_builds_that_were_killed_are_told_from_those_at_work() -> None:
    now = datetime(2026, 1, 2, 12, tzinfo=UTC)
    made = {"old": "2026-01-02T09:59:00.080355951Z", "young": "2026-01-02T11:59:00.080355951Z"}
    containers = [{"id": name, "created": when, "image": "x"} for name, when in made.items()]
    assert kitchen.abandoned(containers, now) == ["old"]
