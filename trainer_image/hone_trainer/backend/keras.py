"""The one place that knows which Keras this is.

Keras 2 (tf_keras) is the only one under which MultiWorkerMirrored, ParameterServer and TFMOT work
together; the variable has to be set before TensorFlow is imported.
"""

import os

os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import tensorflow as tf
import tf_keras as keras

__all__ = ["keras", "tf"]
