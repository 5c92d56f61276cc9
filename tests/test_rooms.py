"""Who may know whom: the import table of the design, read off the source."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.imports import PACKAGES, imports, modules

STDLIB = sys.stdlib_module_names
LAYERS: tuple[tuple[str, ...], ...] = (
    ("hone_trainer.contract",),
    ("hone_trainer.store", "hone_trainer.metrics", "hone_trainer.html", "hone_trainer.backend"),
    ("hone_trainer.pod", "hone_trainer.rows", "hone_trainer.runs"),
    ("hone_trainer.tasks",),
    ("hone_trainer.dataset",),
    ("hone_trainer.columns", "hone_trainer.models"),
    (
        "hone_trainer.sources",
        "hone_trainer.clean",
        "hone_trainer.splits",
        "hone_trainer.augment",
        "hone_trainer.profile",
        "hone_trainer.train",
    ),
    ("hone_trainer.transform",),
    ("hone_trainer.prepare", "hone_trainer.fuse", "hone_trainer.compress", "hone_trainer.custom"),
    ("hone_trainer.bundle",),
    ("hone_trainer.evaluate", "hone_serving"),
    ("hone_trainer.stages",),
    ("hone_trainer.__main__", "hone.api"),
    ("hone.plan", "hone.migrate"),
    ("hone.cluster", "hone.settings"),
    ("hone.control", "hone.terminal"),
    ("hone.door",),
    ("hone.__main__",),
)
"""The floors of all packages: a room knows itself and whatever lies below it, and nothing beside
it. Imports for types alone count: they show who has to be understood first."""

SHARED = tuple(f"hone_trainer.{room}" for room in ("contract", "stages", "store", "runs"))
"""All that the operator may know of the trainer; of the store, what people are shown of runs."""
KERAS = (
    "hone_trainer.backend",
    "hone_trainer.models",
    "hone_trainer.train",
    "hone_trainer.compress",
    "hone_trainer.fuse",
)
"""Rooms that may import TensorFlow at the top of a module; the others do so inside functions."""
PURE: dict[str, tuple[str, ...]] = {
    "hone.api": ("pydantic", "yaml"),
    "hone.plan": ("pydantic",),
    "hone.migrate": (),
    "hone.control.reconcile": ("pydantic",),
    "hone.control.workqueue": (),
}
"""What of other people's libraries a pure room may import."""
NOT_PURE = {"asyncio", "os", "time", "random", "logging", "socket", "subprocess"}
IMPURE = ("hone.plan", "hone.api", "hone.migrate")
ONLY = {"kopf": "hone.control.doorbell", "kubernetes": "hone.cluster.kube"}
HEAVY = (
    "tensorflow",
    "tf_keras",
    "tensorflow_model_optimization",
    "sklearn",
    "ai_edge_litert",
    "safetensors",
    "tokenizers",
)


def inside(name: str, rooms: Iterable[str]) -> bool:
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


def floor_of(name: str) -> tuple[int, str] | None:
    """Return the floor and the room of a module, or of something that it holds."""
    places = ((n, room) for n, floor in enumerate(LAYERS) for room in floor if inside(name, [room]))
    return next(places, None)


def climbs(module: str, names: Iterable[str]) -> list[str]:
    """Say what a module knows that it must not."""
    mine = floor_of(module)
    if mine is None:
        return [f"{module} is in no room of LAYERS"]
    found = []
    for name in names:
        theirs = floor_of(name)
        if theirs is not None and theirs[1] != mine[1] and theirs[0] >= mine[0]:
            found.append(f"{module} imports {name}")
    return found


UNHOUSED = ("hone", "hone_trainer")
"""The packages themselves: no more than a version in each."""


def test_every_room_knows_only_what_lies_below_it(root: Path) -> None:
    faults = []
    for module, path in modules(root):
        if module not in UNHOUSED:
            faults += climbs(module, imports(path, deep=True, types=True))
    assert not faults


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("hone_trainer.rows.block", "hone_trainer.prepare.pipeline.prepare"),
        ("hone_trainer.fuse.spec", "hone_trainer.compress.spec.Compress"),
        ("hone.plan.gang", "hone.cluster.port.Cluster"),
    ],
)
def test_a_wrong_import_is_found(module: str, name: str) -> None:
    assert climbs(module, ["hone_trainer.contract.spec.Spec", name]) == [f"{module} imports {name}"]


def test_the_operator_knows_parameters_and_shapes_and_nothing_of_the_work(root: Path) -> None:
    for module, path in modules(root):
        if inside(module, ["hone"]):
            known = [n for n in imports(path, deep=True, types=True) if inside(n, ["hone_trainer"])]
            assert not [n for n in known if not inside(n, SHARED)], module


def test_tensorflow_is_imported_at_the_top_in_its_own_rooms_alone(root: Path) -> None:
    heavy = (*HEAVY, "hone_trainer.backend")
    for module, path in modules(root):
        if not inside(module, KERAS):
            assert not [name for name in imports(path, deep=False) if inside(name, heavy)], module


def test_pure_rooms_import_nothing_that_acts(root: Path) -> None:
    for module, path in modules(root):
        mine = next((room for room in PURE if inside(module, [room])), None)
        if mine is None:
            continue
        for name in imports(path, deep=True):
            top = name.partition(".")[0]
            ours = top in ("hone", "hone_trainer", "__future__")
            assert ours or top in STDLIB or top in PURE[mine], f"{module} imports {name}"
            assert top not in NOT_PURE or not inside(mine, IMPURE), f"{module} imports {name}"


@pytest.mark.parametrize(("library", "place"), ONLY.items())
def test_each_framework_is_known_in_one_place(root: Path, library: str, place: str) -> None:
    for module, path in modules(root):
        if not module.startswith(place):
            used = [name for name in imports(path, deep=True) if name.startswith(f"{library}.")]
            assert not used, f"{module} imports {library}"


def test_the_trainer_never_knows_the_operator(root: Path) -> None:
    for module, path in modules(root):
        if module.startswith("hone_trainer"):
            for name in imports(path, deep=True):
                assert name.partition(".")[0] not in ("hone", "kopf", "kubernetes"), module


def test_nothing_but_the_settings_reads_the_environment(root: Path) -> None:
    words = ("environ", "environb", "getenv", "getenvb")
    found = [
        module
        for module, path in modules(root)
        if module.partition(".")[0] == "hone"
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.Attribute) and node.attr in words)
        or (isinstance(node, ast.ImportFrom) and any(name.name in words for name in node.names))
    ]
    assert set(found) == {"hone.settings"}


ENGINES = ("stages", "train", "fuse", "compress", "evaluate")
BLIND = ("hone", *(f"hone_trainer.{room}" for room in ENGINES))
"""Rooms that know nothing of what is predicted: a new task or figure changes none of them."""
SEEING = re.compile(
    r"(?i)accurac|probabilit|(?<![a-z`])(auc|ndcg|rmse)(?![a-z@])"  # figures, but for examples
    r"|\[:, 0\]|[<>]=?\s*0?\.5(?!\d)"  # the one column of a yes or no, cut at one half
    r"|hone_trainer\.tasks\.(binary|categorical|classes|number|next_item|ranking)|AnyTask"
)
"""What they would say if they did, in comments and docstrings too."""


def test_what_is_predicted_is_unknown_to_stages_and_operator(root: Path) -> None:
    faults = [
        f"{module}:{number}: {line.strip()}"
        for module, path in modules(root)
        if inside(module, BLIND)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if SEEING.search(line)
    ]
    assert not faults


@pytest.mark.parametrize(
    "line",
    [
        *('max(figures["valAccuracy"])', "# the probability of a click", 'figures["auc"]'),
        *("hits = answers[:, 0] == 1", "right = given >= 0.5", "wrong = given<.5"),
        "from hone_trainer.tasks.binary import Binary",
    ],
)
def test_a_stage_that_knows_what_is_predicted_is_found(line: str) -> None:
    assert SEEING.search(line)


def test_words_load_without_the_libraries_that_run_them() -> None:
    code = (
        "import sys, hone.api.crd, hone.plan.plan\n"
        f"heavy = {(*HEAVY, 'kopf', 'kubernetes', 'numpy', 'pandas', 'pyarrow', 'obstore')}\n"
        "print(*[name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not done.stdout.split()


def test_files_stay_small(root: Path) -> None:
    long = [
        f"{path.relative_to(root)}: {lines}"
        for folder in (*PACKAGES, "lab", "tests", "bench")
        for path in sorted((root / folder).rglob("*.py"))
        if (lines := len(path.read_text().splitlines())) > 250
    ]
    assert not long


def test_the_top_folders_are_no_packages(root: Path) -> None:
    # An operator/__init__.py would shadow the standard library's module of that name.
    assert not [name for name in PACKAGES if (root / name / "__init__.py").exists()]
