"""Which stage works on what: found before anything runs, so that a wrong order costs nothing."""

from collections.abc import Iterator, Sequence

from hone_trainer.stage import Product, Stage
from hone_trainer.stages import AnyStage

MAKERS: dict[Product, str] = {
    "dataset": "put a prepare stage before it",
    "model": "put a train stage before it",
}


def missing_inputs(stages: Sequence[AnyStage]) -> Iterator[tuple[int, str]]:
    """Give (index, what is missing and the remedy) for every stage that lacks an input."""
    made: set[Product] = set()
    for index, stage in enumerate(stages):
        step: Stage = stage.value
        for product in step.needs:
            if product not in made:
                remedy = MAKERS[product]
                yield index, f"{stage.kind} needs a {product} that no earlier stage makes; {remedy}"
        if step.makes:
            made.add(step.makes)
