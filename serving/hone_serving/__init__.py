"""Answers of a bundle: raw rows in, answers out.

::

    import hone_serving

    model = hone_serving.load("bundle/")
    model.predict([{"user": "u17", "item": "i4"}])

Loading runs no code that came with a bundle, and needs neither TensorFlow nor pandas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from hone_serving.model import Model

__version__ = "0.1.0"
Runtime = Literal["litert", "onnx", "vectors"]
"""What runs a bundle's graph."""


def load(
    uri: str,
    *,
    endpoint: str | None = None,
    region: str | None = None,
    runtime: Runtime = "litert",
) -> Model:
    """Return the model of a bundle, ready to answer.

    Args:
        uri: the bundle's folder: a path, or ``s3://bucket/prefix``.
        endpoint: an S3 server that is not the cloud's own.
        region: the server's, or the cloud's.
        runtime: ``onnx`` where the bundle holds such a file, with the extra of that name;
            ``vectors`` where it holds those of items.

    Raises:
        StageFailure: there is no bundle, or it is damaged, or of a later version; or it cannot be
            asked by that runtime.
    """
    from hone_serving.model import Model  # here: importing the package costs nothing

    return Model.load(uri, endpoint, region, runtime)
