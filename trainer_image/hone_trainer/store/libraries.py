"""Libraries whose arithmetic gets into what is made: another version is another code."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

COMPUTING: dict[str, tuple[str, ...]] = {
    "ai_edge_litert": ("ai-edge-litert",),
    "numpy": ("numpy",),
    "onnx": ("onnx",),
    "pandas": ("pandas",),
    "pyarrow": ("pyarrow",),
    "scipy": ("scipy",),
    "siphash24": ("siphash24",),
    "sklearn": ("scikit-learn",),
    "tensorflow": ("tensorflow", "tensorflow-cpu"),
    "tensorflow_model_optimization": ("tensorflow-model-optimization",),
    "tf2onnx": ("tf2onnx",),
    "tf_keras": ("tf-keras",),
    "tokenizers": ("tokenizers",),
}
"""Module -> the distributions that may hold it."""


def installed(module: str) -> str:
    """Return the version of one of them; empty where it is not here."""
    for name in COMPUTING[module]:
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return ""
