"""The command: what it says and how it ends."""

import pytest

from lab import __main__ as door
from lab import box, life, release
from lab.faults import Broken, Missing


def test_a_machine_that_cannot_is_told_apart_from_a_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def cannot(_: box.Box) -> None:
        raise Missing("no root")

    def failed(_: box.Box) -> None:
        raise Broken("etcd ended")

    monkeypatch.setattr(life, "up", cannot)
    assert door.main(["up"]) == 3
    assert "cannot do this here: no root" in capsys.readouterr().err
    monkeypatch.setattr(life, "up", failed)
    assert door.main(["up"]) == 1
    assert "etcd ended" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["up", "bake"])
def test_only_root_can_have_a_node(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert door.main([word]) == 3


def test_dashes_after_kubectl_belong_to_kubectl(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []

    def kubectl(words: list[str]) -> int:
        seen.append(words)
        return 0

    monkeypatch.setitem(door._RAW, "kubectl", kubectl)
    assert door.main(["kubectl", "-n", "default", "get", "pods"]) == 0
    assert seen == [["-n", "default", "get", "pods"]]


def test_the_chart_gets_the_images_of_the_box() -> None:
    values = " ".join(release.values())
    assert "image.repository=hone.dev/operator" in values
    assert "trainer.image=hone.dev/trainer:dev" in values
    assert r"podAnnotations.hone\.dev/inputs=" in values
