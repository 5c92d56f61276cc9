"""What ships, as a bundle that answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hone_trainer.bundle.writing import Made, write
from hone_trainer.compress.spec import MODEL
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.models.network import Network

if TYPE_CHECKING:
    from hone_trainer.contract.assignment import Artifact
    from hone_trainer.dataset.dataset import Dataset
    from hone_trainer.evaluate.evaluation import Evaluation
    from hone_trainer.pod.context import Context
    from hone_trainer.store.manifest import Manifest

WIDE = (
    "No bundle was made: the network's tables are too large for a file of one graph; give its id"
    " columns maxSize or buckets."
)


def bundle(
    ctx: Context,
    manifest: Manifest,
    data: Dataset,
    evaluation: Evaluation,
    formats: tuple[str, ...] = (),
) -> tuple[tuple[Artifact, ...], tuple[str, ...]]:
    """Write the bundle; return its files, and why there is none.

    Raises:
        StageFailure: a format that is asked for cannot be had (GraphImpossible, GraphDiffers).
    """
    network = Network.load(ctx.store, manifest)
    if MODEL in {file.name for file in manifest.files}:
        graph = ctx.store.fetch(manifest.file(MODEL))
    elif network.chunked:
        return (), (WIDE,)
    else:
        # Only here: it brings TensorFlow, which a file that ships needs none of.
        from hone_trainer.compress.tflite_export import convert

        try:
            graph = convert(network)
        except StageFailure as failure:
            return (), (f"No bundle was made: {failure.message}.",)
    origins = evaluation.origins
    made = Made(
        network,
        graph,
        evaluation.metrics(),
        {name: value for name, value in evaluation.costs.items() if name != "sizeBytes"},
        origins.stages,
        origins.versions,
        formats,
    )
    return write(ctx, data, made), ()
