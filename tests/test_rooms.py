"""Who may know whom: the import table of the design, read off the source."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

STDLIB = sys.stdlib_module_names
SHARED = ("hone_trainer.words", "hone_trainer.stage", "hone_trainer.task", "hone_trainer.stages")
QUEUE = "hone.control.workqueue"
NOT_PURE = {"asyncio", "os", "time", "random", "logging", "socket", "subprocess"}

# Room (longest prefix wins) -> what it may import besides itself and the standard library.
TABLE: dict[str, tuple[str, ...]] = {
    "hone.api": ("pydantic", "yaml", "hone_trainer.patterns", *SHARED),
    "hone.plan": ("pydantic", "hone.api", *SHARED),
    "hone.migrate": ("hone.api",),
    "hone.cluster.port": ("hone.api", "hone.plan"),
    "hone.cluster.kube": (
        "hone.__version__",
        "hone.api",
        "hone.plan",
        "hone.cluster",
        "kubernetes",
        "aiohttp",
        *SHARED,
    ),
    "hone.cluster.local": ("hone.api", "hone.plan", "hone.cluster", *SHARED),
    "hone.control.doorbell": ("kopf", "hone.api", "hone.cluster.port", "hone.plan.names", QUEUE),
    "hone.control.reconcile": ("pydantic", "hone.api", "hone.plan", "hone.cluster.port"),
    "hone.control.workqueue": (),
    "hone.control.worker": ("hone.control.reconcile", QUEUE, "hone.plan.site", "hone.cluster.port"),
}
IMPURE = {"hone.plan": NOT_PURE, "hone.api": NOT_PURE, "hone.migrate": NOT_PURE}
ONLY = {"kopf": "hone.control.doorbell", "kubernetes": "hone.cluster.kube"}
HEAVY = ("tensorflow", "tf_keras", "tensorflow_model_optimization", "sklearn", "ai_edge_litert")


def modules(root: Path) -> Iterator[tuple[str, Path]]:
    for folder in ("operator", "trainer_image"):
        for path in sorted((root / folder).rglob("*.py")):
            parts = path.relative_to(root / folder).with_suffix("").parts
            yield ".".join(parts).removesuffix(".__init__"), path


def imports(path: Path, *, deep: bool) -> Iterator[str]:
    """Names imported by a file; those inside functions only where ``deep``."""
    tree = ast.parse(path.read_text())
    typing_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for node in ast.walk(block)
    }
    for node in ast.walk(tree) if deep else tree.body:
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(module: str) -> str | None:
    def inside(prefix: str) -> bool:
        return module == prefix or module.startswith((f"{prefix}.", f"{prefix}_"))

    return max((r for r in TABLE if inside(r)), key=len, default=None)


def test_every_room_keeps_to_its_imports(root: Path) -> None:
    faults = []
    for module, path in modules(root):
        mine = room(module)
        if mine is None:
            continue
        allowed = (mine, *TABLE[mine])
        for name in imports(path, deep=True):
            top = name.partition(".")[0]
            if top in STDLIB and top not in IMPURE.get(mine, ()):
                continue
            if not name.startswith(allowed):
                faults.append(f"{module} imports {name}")
    assert not faults


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
        for folder in ("operator", "trainer_image", "lab", "tests", "bench")
        for path in sorted((root / folder).rglob("*.py"))
        if (lines := len(path.read_text().splitlines())) > 250
    ]
    assert not long


def test_the_top_folders_are_no_packages(root: Path) -> None:
    # An operator/__init__.py would shadow the standard library's module of that name.
    assert not (root / "operator" / "__init__.py").exists()
    assert not (root / "trainer_image" / "__init__.py").exists()
