"""What a command needs besides the base: asked before it starts, so that nobody meets a traceback.

`hone crd` and `hone plan` need nothing. Looking does not import, so this costs a millisecond.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec

MODULES: dict[str, Sequence[str]] = {
    "operator": ("aiohttp", "kopf", "kubernetes", "prometheus_client", "rich"),
    "trainer": (
        "dask",
        "distributed",
        "numpy",
        "obstore",
        "pandas",
        "pyarrow",
        "safetensors",
        "siphash24",
        "sklearn",
        "tensorflow",
        "tensorflow_model_optimization",
        "tf2onnx",
        "tf_keras",
        "tokenizers",
    ),
    "serving": ("numpy", "obstore", "pyarrow", "siphash24", "tokenizers"),
    "server": ("aiohttp", "msgspec", "prometheus_client"),
}
"""What each extra of the distribution brings on every system."""
NEEDS: Mapping[str, Sequence[str]] = {
    "run": ("operator", "trainer"),
    "operator": ("operator",),
    "retry": ("operator",),
    "serve": ("serving", "server"),
    "bench": ("serving", "server"),
    "predict": ("serving",),
    "runs": ("operator", "serving"),
    "show": ("operator", "serving"),
    "compare": ("operator", "serving"),
    "clean": ("operator", "serving"),
    "export": ("operator", "serving"),
}
"""The extras of each command."""


def there(module: str) -> bool:
    """Tell whether a module could be imported."""
    return find_spec(module) is not None


def remedy(command: str, there: Callable[[str], bool] = there) -> str | None:
    """Say what to install before a command can do its work; nothing where all of it is there."""
    extras = NEEDS.get(command, ())
    missing = [name for extra in extras for name in MODULES[extra] if not there(name)]
    if not missing:
        return None
    wanted = f"pip install 'hone-operator[{','.join(extras)}]'"
    return f"hone {command} needs {', '.join(missing)}, which this Python lacks: {wanted}"
