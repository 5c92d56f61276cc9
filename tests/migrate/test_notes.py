"""What people read of a conversion."""

import pytest

from hone.migrate.notes import Note, changed, check, dropped, lines

AT = "spec.tfReplicaSpecs"


def test_notes_are_sorted_by_what_they_ask_for() -> None:
    told = lines((check("c", "look"), dropped("b", "gone"), changed("a", "z", "moved")))
    assert list(told) == [
        "changed:",
        "  a → z: moved",
        "not carried over:",
        "  b: gone",
        "to check before the first run:",
        "  c: look",
    ]


def test_nothing_to_say_is_said_by_nothing() -> None:
    assert not list(lines(()))


@pytest.mark.parametrize(
    ("notes", "told"),
    [
        (
            [dropped(f"{AT}.Chief.template.a", "no"), dropped(f"{AT}.PS.template.a", "no")],
            [f"{AT}.{{Chief,PS}}.template.a: no"],
        ),
        (
            [dropped(f"{AT}.Chief.template.a", "no"), dropped(f"{AT}.PS.template.b", "no")],
            [f"{AT}.Chief.template.a: no", f"{AT}.PS.template.b: no"],
        ),
        (
            [dropped(f"{AT}.Chief.template.a", "no"), dropped(f"{AT}.PS.template.a", "other")],
            [f"{AT}.Chief.template.a: no", f"{AT}.PS.template.a: other"],
        ),
        ([dropped(f"{AT}.PS.a", "no")] * 2, [f"{AT}.PS.a: no"]),
        ([dropped("spec.a", "no"), dropped("spec.b", "no")], ["spec.a: no", "spec.b: no"]),
        (
            [changed(f"{AT}.PS.a", "x", "now"), changed(f"{AT}.Worker.a", "y", "now")],
            [f"{AT}.PS.a → x: now", f"{AT}.Worker.a → y: now"],
        ),
        (
            [changed(f"{AT}.PS", "x", "now"), changed(f"{AT}.Worker", "x", "now")],
            [f"{AT}.{{PS,Worker}} → x: now"],
        ),
    ],
)
def test_what_roles_have_in_common_is_said_once(notes: list[Note], told: list[str]) -> None:
    _, *found = lines(notes)
    assert [line.strip() for line in found] == told
