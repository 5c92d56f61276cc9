"""What pods run: commands, working directories, ports, and what Kubernetes would fill in."""

from typing import Any

import pytest

from hone.migrate.reading import CannotConvert
from hone.migrate.tfjob import Wishes, convert
from tests.migrate.builders import BOX, WORKER, custom, note, notes, one, role, several, tfjob

SERVE = {"command": ["serve"]}


def test_a_command_comes_along_with_its_arguments() -> None:
    found = custom(one(box={"command": ["python", "train.py"], "args": ["--epochs", "3"]}))
    assert found["command"] == ["python", "train.py"]
    assert found["args"] == ["--epochs", "3"]
    assert found["roles"] == [{"name": "worker", "replicas": 1}]


def test_no_arguments_are_left_out() -> None:
    assert "args" not in custom(one())


@pytest.mark.parametrize("box", [{"command": None}, {"command": []}])
def test_a_command_that_only_the_image_knows_has_to_be_said(box: dict[str, Any]) -> None:
    with pytest.raises(CannotConvert) as refused:
        one(box={**box, "args": ["--fast"]})
    assert str(refused.value).startswith(f"{BOX}.command: missing: the image's own ENTRYPOINT")
    assert "--command" in str(refused.value)


def test_said_on_the_command_line_it_holds_for_whoever_has_none() -> None:
    raw = tfjob({"Chief": role({"command": None, "args": ["-v"]}), "Worker": role(SERVE)})
    done = convert(raw, Wishes(command=("python", "train.py")))
    found = custom(done)
    assert found["command"] == ["python", "train.py"]
    assert found["args"] == ["-v"]
    assert found["roles"][1] == {"name": "worker", "replicas": 1, "command": ["serve"]}
    place = "spec.tfReplicaSpecs.Chief.template.spec.containers[tensorflow].command"
    assert note(done, place).became == "spec.stages[0].custom.command"


def test_arguments_are_the_command_where_the_image_is_said_to_have_no_entry_point() -> None:
    raw = tfjob({"Worker": role({"command": None, "args": ["python", "bench.py", "--n=1"]})})
    done = convert(raw, Wishes(command=()))
    assert custom(done)["command"] == ["python", "bench.py", "--n=1"]
    assert "args" not in custom(done)
    assert note(done, f"{BOX}.args").text.endswith("they are the command")
    with pytest.raises(CannotConvert, match="the args are the command: say --command ''"):
        convert(raw, Wishes())


def test_without_arguments_nobody_knows_what_such_an_image_runs() -> None:
    with pytest.raises(CannotConvert, match=r"\.command: missing") as refused:
        convert(tfjob({"Worker": role({"command": None})}), Wishes(command=()))
    assert "--command ''" not in str(refused.value)


def test_a_command_of_the_line_leaves_those_of_the_file_alone() -> None:
    done = convert(tfjob(), Wishes(command=("other",)))
    assert custom(done)["command"] == ["train"]


@pytest.mark.parametrize("command", [["python", "train.py"], None])
def test_a_working_directory_is_gone_to_by_a_shell(command: list[str] | None) -> None:
    raw = tfjob({"Worker": role({"command": command, "workingDir": "/my work"})})
    done = convert(raw, Wishes(command=("python", "train.py")))
    words = custom(done)["command"]
    assert words == ["sh", "-c", 'cd "$0" && exec "$@"', "/my work", "python", "train.py"]
    assert "shell" in note(done, f"{BOX}.workingDir").text


def test_what_most_roles_run_is_said_once() -> None:
    found = custom(several({"Chief": role(), "Worker": role(SERVE, replicas=2), "PS": role(SERVE)}))
    assert found["command"] == ["serve"]
    assert found["roles"] == [
        {"name": "chief", "replicas": 1, "command": ["train"]},
        {"name": "worker", "replicas": 2},
        {"name": "ps", "replicas": 1},
    ]


def test_where_no_command_prevails_it_is_the_leading_roles() -> None:
    found = custom(several({"Worker": role(SERVE), "Chief": role({"args": ["-v"]})}))
    assert (found["command"], found["args"]) == (["train"], ["-v"])
    assert found["roles"][1]["command"] == ["serve"]


def test_roles_that_differ_in_their_arguments_alone_are_told_apart() -> None:
    words = {"command": ["train"], "args": ["--job=ps"]}
    found = custom(several({"Worker": role(), "PS": role(words)}))
    assert found["roles"][1] == {"name": "ps", "replicas": 1, "args": ["--job=ps"]}


def test_arguments_of_most_are_not_those_of_all() -> None:
    found = custom(several({"Chief": role(), "Worker": role({"args": ["-v"]}), "PS": role()}))
    assert "args" not in found
    assert found["roles"][1] == {"name": "worker", "replicas": 1, "args": ["-v"]}
    found = custom(several({"Chief": role({"args": ["-v"]}), "Worker": role()}))
    assert found["roles"][1] == {"name": "worker", "replicas": 1, "args": []}


def test_a_port_of_the_servers_comes_along() -> None:
    ports = [{"name": "tfjob-port", "containerPort": 2300, "protocol": "TCP"}]
    done = one(box={"ports": ports})
    assert custom(done)["port"] == 2300
    assert not notes(done, f"{BOX}.ports[0]")


def test_no_port_is_the_usual_one() -> None:
    assert "port" not in custom(one())


def test_other_ports_need_no_list() -> None:
    done = one(box={"ports": [{"name": "board", "containerPort": 6006}]})
    assert "port" not in custom(done)
    assert "without being listed" in note(done, f"{BOX}.ports[0]").text


def test_a_port_of_the_node_is_not_taken() -> None:
    done = one(box={"ports": [{"name": "tfjob-port", "containerPort": 2300, "hostPort": 23}]})
    assert "of their node" in note(done, f"{BOX}.ports[0].hostPort").text


@pytest.mark.parametrize(("other", "told"), [(2222, False), (None, False), (2400, True)])
def test_a_gang_has_one_port(other: int | None, told: bool) -> None:
    ports = [{"name": "tfjob-port", "containerPort": other}] if other else []
    done = several({"Chief": role(), "Worker": role({"ports": ports})})
    said = notes(done, f"{WORKER}.template.spec.containers")
    assert [each.became for each in said] == ["spec.stages[0].custom.port"] * told


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("--rate=$(RATE)", False),
        ("--pod=$(POD)", True),
        ("$$(POD)", False),
        ("$(TF_CONFIG)", False),
        ("$(date)", True),
        ("$HOME", False),
    ],
)
def test_a_variable_that_nobody_fills_in_is_named(word: str, told: bool) -> None:
    env = [
        {"name": "RATE", "value": "0.1"},
        {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
    ]
    done = one(box={"args": [word], "env": env})
    assert len(notes(done, f"{BOX}.args")) == told
