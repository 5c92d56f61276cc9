"""Hone's own train stage, reading, checkpoints and all."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.clicks import context
from hone_trainer.contract.assignment import Progress, Source
from hone_trainer.stages import AnyStage

EPOCHS = 6


def epochs(folder: Path, source: Source, **words: Any) -> Iterator[tuple[float, float]]:
    """Run the stage; give (seconds so far, validation accuracy) of every epoch."""
    import hone_trainer.train.loop  # noqa: F401 - importing TensorFlow is nobody's merit

    train = {"model": {"recommendation": {"lstm": {}}}, "epochs": EPOCHS, **words}
    seen: list[tuple[float, float]] = []
    begun = time.perf_counter()

    def post(progress: Progress) -> None:
        figures = {metric.name: float(metric.value) for metric in progress.metrics}
        if "validation loss" in progress.message:
            seen.append((time.perf_counter() - begun, figures["valAccuracy"]))

    run = {"train": train}
    AnyStage.model_validate(run).value.run(context(folder, "train", run, (source,), post))
    yield from seen
