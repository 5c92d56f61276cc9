"""Pins decide what is built, and where it is kept."""

import dataclasses
import re
import shutil
from pathlib import Path

import pytest

from lab import dns, pins


@pytest.mark.parametrize("group", pins.GROUPS, ids=lambda group: group.name)
def test_every_group_requires_one_version_and_has_its_hashes(group: pins.Group) -> None:
    assert re.fullmatch(r"v\d+\.\d+\.\d+", group.pin)
    hashes = (group.folder / "go.sum").read_text()
    assert f"{group.module} {group.pin} h1:" in hashes


@pytest.mark.parametrize("group", pins.GROUPS, ids=lambda group: group.name)
def test_go_mod_names_the_tools_that_are_built(group: pins.Group) -> None:
    named = (group.folder / "go.mod").read_text()
    for tool in group.tools:
        assert group.module + tool.package in named or (group.folder / tool.package).is_dir()


def test_kubernetes_takes_its_own_parts_in_its_own_version() -> None:
    group, _ = pins.find("kubelet")
    replaced = re.findall(r"=> k8s\.io/\S+ (v\S+)", (group.folder / "go.mod").read_text())
    assert len(replaced) > 30
    assert {version.replace("v0.", "v1.", 1) for version in replaced} == {group.pin}


def test_the_name_server_has_the_plugins_that_the_room_asks_for() -> None:
    program = (pins.find("coredns")[0].folder / "coredns" / "main.go").read_text()
    asked = set(re.findall(r"^    ([a-z]+)", dns.COREFILE, re.MULTILINE))
    assert asked == set(re.findall(r"coredns/plugin/(\w+)", program))
    assert asked == set(re.findall(r'"(\w+)",', program.partition("Directives")[2]))


def test_the_version_is_stamped_into_kubernetes() -> None:
    group, _ = pins.find("kubelet")
    assert f"gitVersion={group.pin}" in group.ldflags
    assert f"gitMinor={group.pin.split('.')[1]}" in group.ldflags


def test_names_are_unique() -> None:
    assert len(set(pins.names())) == len(pins.names())


def test_an_unknown_tool_is_refused() -> None:
    with pytest.raises(KeyError):
        pins.find("minikube")


class TestDigest:
    @pytest.fixture
    def group(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pins.Group:
        shutil.copytree(pins.FOLDER / "cluster", tmp_path / "cluster")
        monkeypatch.setattr(pins, "FOLDER", tmp_path)
        return pins.find("etcd")[0]

    def test_it_is_the_same_for_the_same_pins(self, group: pins.Group) -> None:
        assert group.digest == pins.find("etcd")[0].digest

    def test_a_new_hash_changes_it(self, group: pins.Group) -> None:
        before = group.digest
        with (group.folder / "go.sum").open("a") as sums:
            sums.write("example.org/x v1.0.0 h1:0\n")
        assert group.digest != before

    def test_another_version_changes_it(self, group: pins.Group) -> None:
        before = group.digest
        mod = group.folder / "go.mod"
        mod.write_text(mod.read_text().replace(group.pin, "v3.99.0"))
        assert group.pin == "v3.99.0"
        assert group.digest != before

    def test_another_line_of_a_program_of_ours_changes_it(self, group: pins.Group) -> None:
        before = group.digest
        with (group.folder / "coredns" / "main.go").open("a") as program:
            program.write("// changed\n")
        assert group.digest != before

    def test_another_stamp_changes_it(self, group: pins.Group) -> None:
        assert dataclasses.replace(group, stamps=("main.x={v}",)).digest != group.digest

    def test_a_go_mod_without_the_module_is_refused(self, group: pins.Group) -> None:
        (group.folder / "go.mod").write_text("module empty\n")
        with pytest.raises(ValueError, match="does not require"):
            _ = group.pin
