"""The images that the room makes, and a digest of all that goes into each."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lab import base, places

_COMMON = ("pyproject.toml", "README.md", "LICENSE", "requirements/build.txt")
_PACKAGES = ("operator/hone", "trainer_image/hone_trainer", "serving/hone_serving")


@dataclass(frozen=True)
class Recipe:
    """How one image is made.

    Attributes:
        name: the image's full name, without its tag.
        dockerfile: below the checkout.
        requirements: the lock, below the checkout.
        files: what it copies besides the packages, below the checkout.
    """

    name: str
    dockerfile: str
    requirements: str
    files: tuple[str, ...] = ()

    @property
    def tag(self) -> str:
        """The image as pods name it."""
        return f"{self.name}:dev"

    @property
    def key(self) -> str:
        """The image as files are named."""
        return self.name.replace("/", "-")

    def digest(self, checkout: Path = places.CHECKOUT) -> str:
        """Return a digest of everything that decides what the image is.

        Args:
            checkout: where the inputs are.
        """
        total = hashlib.sha256("-".join([base.SUITE, *base.PACKAGES]).encode())
        for path in self.inputs(checkout):
            total.update(f"\0{path.relative_to(checkout)}\0".encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
        return total.hexdigest()[:16]

    def inputs(self, checkout: Path) -> Iterator[Path]:
        """Yield the files that go in, in a fixed order."""
        for name in (self.dockerfile, self.requirements, *_COMMON, *self.files):
            yield checkout / name
        for package in _PACKAGES:
            for path in sorted((checkout / package).rglob("*")):
                if path.is_file() and "__pycache__" not in path.parts:
                    yield path


OPERATOR = Recipe("hone.dev/operator", "operator/Dockerfile", "requirements/operator.txt")
TRAINER = Recipe("hone.dev/trainer", "trainer_image/Dockerfile", "requirements/trainer.txt")
SERVER = Recipe("hone.dev/server", "serving/Dockerfile", "requirements/server.txt")
ALL = (OPERATOR, TRAINER, SERVER)
