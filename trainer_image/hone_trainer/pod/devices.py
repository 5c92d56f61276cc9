"""Whether the GPUs that a pod was promised are there for TensorFlow."""

from __future__ import annotations

from hone_trainer.contract.assignment import StageFailure


def require(promised: int) -> None:
    """Refuse to train on the CPU while a GPU is paid for.

    Args:
        promised: GPUs among the pod's limits.

    Raises:
        StageFailure: TensorFlow was built without CUDA (``ImageWithoutGpu``), or does not see all
            of them (``GpuNotUsable``).
    """
    if not promised:
        return
    import tensorflow as tf

    asked = f"the pod was given {promised} GPU{'s' if promised > 1 else ''}"
    if not tf.test.is_built_with_cuda():
        remedy = "set image to the trainer's GPU variant, or leave nvidia.com/gpu out of "
        remedy += "resources.limits"
        message = f"{asked}, and the image's TensorFlow has no CUDA: {remedy}"
        raise StageFailure("ImageWithoutGpu", message)
    found = len(tf.config.list_physical_devices("GPU"))
    if found < promised:
        remedy = "check the node's driver and device plugin, and runtimeClassName"
        raise StageFailure("GpuNotUsable", f"{asked}, TensorFlow sees {found}: {remedy}")
