"""Fuse: several models to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from hone_trainer.fusions import AnyFusion
from hone_trainer.stage import Product, Stage

if TYPE_CHECKING:
    from hone_trainer.context import Context
    from hone_trainer.task import Report


class Fuse(AnyFusion, Stage):
    """Several models to one: never worse than the best of them on the validation part."""

    needs: ClassVar[tuple[Product, ...]] = ("dataset", "model")
    makes: ClassVar[Product | None] = "model"
