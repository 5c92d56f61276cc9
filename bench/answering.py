"""One row asked of a bundle: ``hone_serving`` beside TensorFlow on the same network, in one run.

``python -m bench.answering JOB_FOLDER``, the artifacts of a finished job (that of `make demo`:
``.hone/artifacts/default/reference/UID``). Prints medians and 95th percentiles in microseconds, and
what the package costs to import and to hold. TensorFlow is asked for rows that are encoded already.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROUNDS, CALLS = 20, 100
MEMORY = """
import resource, sys, time
class Bare:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("tensorflow", "tf_keras", "sklearn", "scipy", "pandas"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Bare())
import hone_serving
model = hone_serving.load(sys.argv[1])
rows = [{c.name: c.example for c in model.description.columns if c.example is not None}]
spent = []
for k in range(3000):
    begin = time.perf_counter_ns()
    model.predict(rows)
    spent.append(time.perf_counter_ns() - begin)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, sorted(spent)[1500] / 1000)
"""


def main(job: str) -> None:
    """Measure, and print a table."""
    (bundle,) = Path(job).glob("*/0/0/bundle")
    ratios, mib, alone = imports(), *held(bundle)
    calls = {"hone_serving, raw row": served(bundle)} | tensorflow(Path(job))
    spent: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            for k in range(CALLS):
                begin = time.perf_counter_ns()
                call()
                if k >= CALLS // 10:
                    spent[name].append((time.perf_counter_ns() - begin) / 1000)
    ours = float(np.median(spent["hone_serving, raw row"]))
    for name, times in spent.items():
        p50, p95 = np.percentile(times, (50, 95))
        print(f"{name:40} p50 {p50:9.1f} µs  p95 {p95:9.1f} µs  x {p50 / ours:.1f}")
    print(f"in a process of its own: p50 {alone:.1f} µs, at most {mib:.0f} MiB held")
    print(f"import hone_serving / import numpy: {ratios:.2f}")


def served(bundle: Path) -> Callable[[], Any]:
    """Return a call with a raw row."""
    import hone_serving

    model = hone_serving.load(str(bundle))
    columns = model.description.columns
    rows = [{each.name: each.example for each in columns if each.example is not None}]
    return lambda: model.predict(rows)


def tensorflow(job: Path) -> dict[str, Callable[[], Any]]:
    """Return calls of the float network of the last stage that made one."""
    from hone_trainer.backend.keras import tf
    from hone_trainer.contract.assignment import Store
    from hone_trainer.models.network import Network
    from hone_trainer.store.artifact_store import open_store
    from hone_trainer.store.manifest import parse

    store = open_store(Store(uri=str(job)))
    (path,) = (p for p in store.list("fuse") if p.endswith("/manifest.json"))
    model = Network.load(store, parse(store.get(path), path)).build()
    shapes = {t.name: (t.shape[1:], t.dtype) for t in model.inputs}
    row = {name: np.zeros((1, *s), d.as_numpy_dtype) for name, (s, d) in shapes.items()}
    specs = {name: tf.TensorSpec((None, *s), d, name=name) for name, (s, d) in shapes.items()}
    folder = tempfile.mkdtemp()
    module = tf.Module()
    module.model = model
    module.serve = tf.function(lambda **given: model(given, training=False))
    signature = module.serve.get_concrete_function(**specs)
    tf.saved_model.save(module, folder, signatures={"serving_default": signature})
    saved = tf.saved_model.load(folder).signatures["serving_default"]
    return {
        "SavedModel in TensorFlow, encoded row": lambda: saved(
            **{name: tf.constant(values) for name, values in row.items()}
        ),
        "model.predict, encoded row": lambda: model.predict(row, verbose=0),
    }


def held(bundle: Path) -> tuple[float, float]:
    """Return MiB at most, and the median microseconds of a row, in a process without TensorFlow."""
    line = [sys.executable, "-c", MEMORY, str(bundle)]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    mib, micros = (float(word) for word in done.stdout.split())
    return mib, micros


def imports(rounds: int = 15) -> float:
    """Return the median ratio of the two imports, each in a process of its own, in turns."""
    code = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"

    def once(name: str) -> float:
        line = [sys.executable, "-c", code.format(name)]
        return float(subprocess.run(line, capture_output=True, text=True, check=True).stdout)

    return float(np.median([once("hone_serving") / once("numpy") for _ in range(rounds)]))


if __name__ == "__main__":
    main(*sys.argv[1:])
