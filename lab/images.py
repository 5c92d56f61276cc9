"""Bring the project's images into the box: build what changed, and move only what is not there.

What an image was made from is written on it in the box, so nothing is built twice, and a box with
an empty store gets everything again.
"""

import subprocess
import sys
import time
from contextlib import AbstractContextManager
from pathlib import Path

from lab import ground, kitchen, locks, node, oci, packages, places
from lab.box import Box
from lab.faults import Broken
from lab.recipes import ALL, Recipe

_LABEL = "hone.dev/inputs"


def ensure(box: Box, recipes: tuple[Recipe, ...] = ALL) -> None:
    """Make sure that the box has the images of the checkout as it is now.

    Args:
        box: a running box.
        recipes: which images.
    """
    for recipe in recipes:
        with _turn(recipe):
            digest = recipe.digest()
            if _inputs(box, recipe) == digest:
                continue
            started = time.monotonic()
            _label(box, recipe, "")
            folder = kitchen.build(recipe)
            size = _import(box, recipe, folder)
            _label(box, recipe, digest)
            _forget_old(box)
            took = f"{time.monotonic() - started:.0f} s, {size >> 20} MiB moved"
            print(f"lab: {recipe.tag} took {took}", file=sys.stderr, flush=True)


def bake(recipes: tuple[Recipe, ...] = ALL) -> None:
    """Build the images of the checkout as it is now, without a box to bring them into.

    Args:
        recipes: which images.
    """
    ground.require()
    packages.ensure({**packages.NODE, **packages.IMAGES})
    for recipe in recipes:
        with _turn(recipe):
            kitchen.build(recipe)


def _turn(recipe: Recipe) -> AbstractContextManager[None]:
    return locks.held(places.cache() / "locks" / f"{recipe.key}.lock", recipe.tag)


def _import(box: Box, recipe: Recipe, folder: Path) -> int:
    """Hand an image over; return how many bytes had to move.

    Only what is not there moves. It may be on its way out: the runtime clears away what replaced
    images leave, and a layer that stood on such a one is refused. Then all of it moves.
    """
    present = set(_ctr(box, "content", "ls", "-q").split())
    for there in (present, set[str]()):
        if (size := _hand_over(box, recipe, folder, there)) is not None:
            return size
    raise Broken(f"the box did not take {recipe.tag}")


def _hand_over(box: Box, recipe: Recipe, folder: Path, present: set[str]) -> int | None:
    """Return how many bytes moved; None where the box refused."""
    command = box.enter(*node.CTR, "images", "import", "-")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as importer:
        if (archive := importer.stdin) is None:
            raise Broken("no way to hand the image over")
        size = oci.write_difference(archive, folder, recipe.tag, present)
    return None if importer.returncode else size


def _inputs(box: Box, recipe: Recipe) -> str | None:
    for line in _ctr(box, "images", "ls", f"name=={recipe.tag}").splitlines()[1:]:
        for label in line.split()[-1].split(","):
            name, _, value = label.partition("=")
            if name == _LABEL:
                return value
    return None


def _label(box: Box, recipe: Recipe, digest: str) -> None:
    if digest or _inputs(box, recipe):
        _ctr(box, "images", "label", recipe.tag, f"{_LABEL}={digest}")


def _forget_old(box: Box) -> None:
    """Drop the names by digest of images that no tag means any more, or the disk fills up."""
    rows = [line.split() for line in _ctr(box, "images", "ls").splitlines()[1:]]
    meant = {row[2] for row in rows if not row[0].startswith("sha256:")}
    if old := [row[0] for row in rows if row[2] not in meant]:
        _ctr(box, "images", "rm", *old)


def _ctr(box: Box, *arguments: str) -> str:
    done = subprocess.run(box.enter(*node.CTR, *arguments), capture_output=True, text=True)
    if done.returncode:
        raise Broken(f"ctr {' '.join(arguments[:2])}: {done.stderr[-1000:]}")
    return done.stdout
