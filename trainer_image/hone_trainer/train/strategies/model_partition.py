"""The tables of a model spread over the devices of one pod."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any

from pydantic import Field

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.train.strategies.strategy import Strategy


class ModelPartition(Strategy):
    """Each table on one device of the pod, the fullest device last in line; layers on the first.

    For models whose tables fit into the GPUs of a pod together and into none of them alone. One
    batch visits the devices in turn: nothing is pipelined. Tables that no pod can hold want
    ``parameterServer``, which cuts them by rows over several pods.
    """

    devices: Annotated[int, Field(ge=2, le=16)] = 2
    """GPUs of the pod to use; parts of its CPU where it has no GPU at all."""

    def open(self) -> Any:
        """Return a strategy of one replica that places variables."""
        import tensorflow as tf

        from hone_trainer.train.placement import Placement

        gpus = (
            tf.config.list_logical_devices("GPU") if tf.config.list_physical_devices("GPU") else []
        )
        if gpus and len(gpus) < self.devices:
            message = f"strategy.modelPartition.devices is {self.devices}, the pod has {len(gpus)}"
            remedy = "lower it, or raise resources.limits of nvidia.com/gpu"
            raise StageFailure("TooFewDevices", f"{message} GPUs: {remedy}")
        found = gpus or _parts_of_cpu(self.devices)
        return Placement([device.name for device in found[: self.devices]])


def _parts_of_cpu(count: int) -> Any:
    import tensorflow as tf

    (cpu,) = tf.config.list_physical_devices("CPU")
    parts = [tf.config.LogicalDeviceConfiguration()] * count
    with suppress(RuntimeError):  # TensorFlow has started already, with as many or with others
        tf.config.set_logical_device_configuration(cpu, parts)
    found = tf.config.list_logical_devices("CPU")
    if len(found) < count:
        raise StageFailure("TooFewDevices", f"TensorFlow started with {len(found)} CPU devices")
    return found
