"""Answers over HTTP: the Open Inference Protocol v2 and TensorFlow Serving's predict calls.

Whatever is heavy is imported by ``life``, which starts it all; ``options`` costs nothing.
"""
