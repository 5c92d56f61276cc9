"""The curves of a training as a TensorBoard event file.

Such a file is a TFRecord of ``Event`` messages, the first of which names the version; TensorFlow
brings both, so nothing of TensorBoard has to be installed in the pods.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hone_trainer.backend.keras import tf
from hone_trainer.train.train_state import TrainState

VERSION = "brain.Event:2"
NAMES = {
    "loss": "epoch/loss",
    "rowsPerSecond": "speed/rows_per_second",
    "stepMilliseconds": "speed/milliseconds_per_step",
    "inputShare": "speed/input_share",
    "waitShare": "speed/wait_share",
}
"""Figure of an epoch -> its tag; those of the validation part follow by their names."""


def curves(state: TrainState, folder: Path) -> bytes:
    """Return the event file: a point a block of the loss, a point an epoch of everything else.

    Written at the end from what survived every restart, so the curves have no gaps and no step
    twice.

    Args:
        state: of the finished training.
        folder: an empty place for the file while it is written.
    """
    from tensorflow.core.util.event_pb2 import Event

    now = time.time()
    file = folder / "events"
    with tf.io.TFRecordWriter(str(file)) as out:
        out.write(Event(wall_time=now, file_version=VERSION).SerializeToString())
        for step, tag, value in _points(state):
            event = Event(wall_time=now, step=step)
            event.summary.value.add(tag=tag, simple_value=value)
            out.write(event.SerializeToString())
    data = file.read_bytes()
    file.unlink()
    return data


def _points(state: TrainState) -> Iterator[tuple[int, str, Any]]:
    for step, loss in state.trace:
        yield step, "loss", loss
    for epoch in state.history:
        for name, value in epoch.items():
            target, _, own = name.rpartition(".")
            if name in NAMES:
                yield int(epoch["epoch"]), NAMES[name], value
            elif own.startswith("val"):
                tag = own.removeprefix("val")
                tag = tag[0].lower() + tag[1:]
                yield (
                    int(epoch["epoch"]),
                    f"validation/{f'{target}/' if target else ''}{tag}",
                    value,
                )
