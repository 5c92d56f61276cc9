"""Keras layers that somebody else has built, copied so that they can go through all stages."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from hone_trainer.backend.keras import keras
from hone_trainer.backend.layers import Dropout

PLACE = 4_000
"""Of the draws of the first dropout, behind those of all others in a step."""
COUNT = re.compile(r"_\d+$")
"""What Keras puts behind the class of a layer that nobody named."""
CANNOT: dict[str, str] = {
    "BatchNormalization": "it learns from whole batches, which are another number of rows on other "
    "machines; use LayerNormalization",
    "SyncBatchNormalization": "it learns from whole batches; use LayerNormalization",
    "Lambda": "it holds code, which no artifact may; write a layer with get_config, or use others",
    "GaussianNoise": "its chance is not the step's; use Dropout",
    "GaussianDropout": "its chance is not the step's; use Dropout",
    "AlphaDropout": "its chance is not the step's; use Dropout",
    "SpatialDropout1D": "its chance is not the step's; use Dropout",
}
"""Class of a layer -> why it cannot go through the stages, and what to do."""


def copied(made: Any, fresh: dict[str, Any], inputs: dict[str, Any], prefix: str) -> Any:
    """Return a tensor like the one that was made, on other inputs.

    Args:
        made: (batch, width), on top of ``fresh``.
        fresh: Keras inputs by column name.
        inputs: those that the copy stands on.
        prefix: put before each layer's name.

    Raises:
        ValueError: it is no such tensor, or a layer cannot be copied; says why.
    """
    if not isinstance(made, type(next(iter(fresh.values())))):
        kind = type(made).__module__.partition(".")[0]
        raise ValueError(f"it gave no tensor of tf_keras but a {type(made).__name__} of {kind}")
    if len(made.shape) != 2 or made.shape[1] is None:
        raise ValueError(f"it gave a tensor {tuple(made.shape)} and not one of (batch, width)")
    used = {tensor.name for tensor in keras.utils.get_source_inputs(made)}
    if strange := used - {tensor.name for tensor in fresh.values()}:
        raise ValueError(f"it reads {sorted(strange)[0]!r}, which is none of its inputs")
    if unread := sorted({tensor.name for tensor in fresh.values()} - used):
        message = f"it does not read column {unread[0]!r}, which every model of this data gets"
        raise ValueError(f"{message}; leave it out of prepare.columns, or read it")
    places = iter(range(PLACE, PLACE + PLACE))
    model = keras.Model(fresh, made)
    names = {name: f"{prefix}{own}" for name, own in _names(model.layers).items()}

    def copy(layer: Any) -> Any:
        if why := _obstacle(layer):
            raise ValueError(f"layer {layer.name!r} is a {type(layer).__name__}: {why}")
        if type(layer) is keras.layers.Dropout:
            return Dropout(layer.rate, next(places), name=names[layer.name])
        try:
            return type(layer).from_config({**layer.get_config(), "name": names[layer.name]})
        except Exception as error:
            message = f"layer {layer.name!r} cannot be made again from its get_config"
            raise ValueError(f"{message} ({type(error).__name__}: {error})") from error

    given = [inputs[name] for name in sorted(fresh)]
    return keras.models.clone_model(model, input_tensors=given, clone_function=copy).output


def _names(layers: list[Any]) -> dict[str, str]:
    """Return what each layer is called: those that nobody named are counted within the model, and
    not within the process, so that whoever builds it again finds the same names.
    """
    seen: Counter[str] = Counter()
    found = {}
    for layer in layers:
        base = COUNT.sub("", layer.name)
        found[layer.name] = layer.name
        if base.replace("_", "") == type(layer).__name__.lower():
            found[layer.name] = f"{base}_{seen[base]}"
            seen[base] += 1
    return found


def _obstacle(layer: Any) -> str:
    """Say why a layer cannot go through the stages; empty where it can."""
    if isinstance(layer, keras.Model):
        return "a model in a model; call its layers one by one"
    for each in (layer, getattr(layer, "layer", None)):
        if why := CANNOT.get(type(each).__name__, ""):
            return why
        if any(getattr(each, word, 0) for word in ("dropout", "recurrent_dropout", "_dropout")):
            return "with a dropout of its own, whose chance is not the step's; put a Dropout beside"
    return ""
