"""A server out of a bundle, for whoever types a command."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace

from hone_serving import load
from hone_serving.description import Description, Input, Kind, outputs
from hone_serving.model import REFUSED, Model
from hone_serving.server.life import serve
from hone_serving.server.options import Options
from hone_trainer.contract.assignment import StageFailure

DONE, WRONG = 0, 2
KINDS: Mapping[str, Kind] = {
    "id": "text",
    "key": "text",
    "text": "text",
    "number": "number",
    "time": "time",
    "sequence": "sequence",
}
"""A column's kind in the job -> how it is written."""


def start(options: Options, tell: Callable[[str], None]) -> int:
    """Serve a bundle until a signal says to stop; give the exit code.

    Args:
        options: which, where and how.
        tell: is told what people want to know.
    """
    try:
        model = load(
            options.bundle,
            endpoint=options.endpoint,
            region=options.region,
            runtime=options.runtime,
        )
        description = describe(model, options)
    except StageFailure as failure:
        tell(f"{options.bundle}: {failure.message}")
        return WRONG
    try:
        asyncio.run(serve(model, description, options, tell))
    except OSError as error:
        remedy = "name another with --port, or --host"
        tell(f"{options.host}:{options.port}: {error.strerror or error}: {remedy}")
        return WRONG
    return DONE


def describe(model: Model, options: Options) -> Description:
    """Return what clients are told of a model; its outputs are read off the answer to its example.

    Raises:
        StageFailure: it does not answer its own example (ExampleRefused).
    """
    bundle = model.description
    inputs = tuple(
        Input(each.name, KINDS[each.kind], each.needed, each.example) for each in bundle.columns
    )
    name, version = options.name or bundle.name, options.version or bundle.digest
    described = Description(name, version, inputs, ())
    (answer,) = model.predict([described.example])
    if REFUSED in answer:
        message = f"the bundle's own example is refused: {answer[REFUSED]}"
        raise StageFailure("ExampleRefused", f"{message}: make the bundle again")
    return replace(described, outputs=outputs(answer))
