"""Data preparation by pods: shared by two of them, killed half-way, held to a limit of memory."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench import interactions
from hone_trainer.store.manifest import parse
from tests.realnode.desk import JSON, Desk, condition
from tests.realnode.siege import Siege
from tests.realnode.specs import artifacts
from tests.trainer.shop import digests

pytestmark = [pytest.mark.realnode, pytest.mark.slow]
FILES, ROWS = 6, 80_000
CLEAN: list[JSON] = [{"duplicates": {}}, {"missing": {"fill": "median"}}]


def stage(uri: str, workers: int) -> JSON:
    words = {
        "source": {"csv": {"uri": uri}},
        "columns": interactions.COLUMNS,
        "tasks": interactions.TASKS,
        "clean": CLEAN,
    }
    resources = {"requests": {"cpu": "100m"}, "limits": {"memory": "1Gi"}}
    return {"name": "data", "resources": resources, "prepare": {**words, "workers": workers}}


@pytest.fixture(scope="module")
def uri(desks: Callable[[str], Desk], tmp_path_factory: pytest.TempPathFactory) -> str:
    store, folder = desks("raw-clicks").bed.store, tmp_path_factory.mktemp("clicks")
    for number in range(FILES):
        raw = folder / f"part-{number}.csv"
        interactions.write(raw, ROWS, seed=number)
        store.put(raw, "raw", f"clicks/{raw.name}")
    return "s3://raw/clicks/part-*.csv"


def made(desk: Desk, status: JSON) -> Any:
    manifest = status["stages"][0]["gangs"][0]["manifest"]
    return parse(desk.verify(manifest), manifest["uri"])


def test_two_pods_write_what_one_writes_even_if_both_are_lost_once(
    desks: Callable[[str], Desk], uri: str, tmp_path: Path
) -> None:
    desk = desks("preparing")
    for name, workers in (("one", 1), ("two", 2)):
        words = {"artifacts": artifacts(desk.bed), "stages": [stage(uri, workers)]}
        desk.apply(name, words | {"reuse": False})  # they make the same, which is to be seen
    siege = Siege(desk, "two", stage="data")

    def pieces() -> int:
        return len(list((siege.folder / "scratch").glob("*/read/*.json")))

    desk.until("first piece that is read", lambda: pieces() > 0, 200)
    siege.strike("worker", 0, signal.SIGKILL)
    siege.strike("chief", 0, signal.SIGKILL)
    ends = {name: desk.ended(name) for name in ("one", "two")}
    for status in ends.values():
        assert condition(status, "Complete").get("status") == "True", desk.tell()
    one, two = (made(desk, status) for status in ends.values())
    assert digests(one) == digests(two)
    assert one.facts["rowsIn"] == FILES * ROWS
    assert one.facts["dropped"]["duplicate"] > 0
    assert ends["two"]["restarts"] == 1
    assert not list(siege.folder.glob("scratch/*"))
