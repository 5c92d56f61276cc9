"""How a bundle is asked through other runtimes, for the page that lies in it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from hone_trainer.bundle.description import Description, Format

TYPES = {"number": "float64", "time": "int64"}
"""Of tensors; all other columns are strings."""


def told(about: Description) -> str:
    """Return a section for each format that a bundle holds besides its .tflite file."""
    return "".join(MAKERS[each.name](about, each) for each in about.formats)


def _saved_model(about: Description, format_: Format) -> str:
    columns = [column for column in about.columns if column.name in format_.columns]
    row = {format_.columns[c.name]: _sent(c.kind, c.example) for c in columns}
    tensors = ", ".join(
        f"{format_.columns[c.name]}=tf.constant([{row[format_.columns[c.name]]!r}],"
        f" tf.{TYPES.get(c.kind, 'string')})"
        for c in columns
    )
    return f"""## Ask it in TensorFlow

`{format_.place}` reads the same raw rows with nothing but TensorFlow:

```python
import tensorflow as tf

served = tf.saved_model.load("{format_.place}/1").signatures["serving_default"]
print(served({tensors}))
```

```console
$ tensorflow_model_server --rest_api_port=8501 --model_name={about.name} \\
    --model_base_path=$PWD/{format_.place}
$ curl -s localhost:8501/v1/models/{about.name}:predict \\
    -d '{{"instances": [{json.dumps(row, ensure_ascii=False)}]}}'
```

For KServe's TensorFlow runtime, `storageUri` is the address of `{format_.place}`. All columns have
to be sent: a missing text as "", a missing number as NaN, a time as whole seconds since 1970, a
sequence filled up with "". `refused` says why a row has no answer; the others are NaN, "" or false
there. {_differs(format_)}

"""


def _onnx(about: Description, format_: Format) -> str:  # noqa: ARG001
    return f"""## Ask it in ONNX Runtime

`{format_.place}` reads what rows are encoded to, as `model.tflite` does. It is asked raw rows with
`pip install "hone-operator[onnx]"`:

```python
import hone_serving

model = hone_serving.load(".", runtime="onnx")
```

{_differs(format_)}

"""


def _differs(format_: Format) -> str:
    most = ", ".join(f"`{output}` {_up(apart)}" for output, apart in format_.differs.items())
    return (
        "It is the network in float. On up to 1,024 rows of the test part, its"
        f" outputs were apart from those of the .tflite file by at most: {most}."
    )


def _up(value: float) -> str:
    """Return a bound in one digit that is none too low."""
    told = f"{value:.0e}"
    if float(told) < value:
        digit, exponent = told.split("e")
        told = f"{int(digit) + 1}e{exponent}"
    return f"{float(told):g}"


def _sent(kind: str, example: Any) -> Any:
    """Return the example of a column as it is sent."""
    if kind == "sequence":
        return example or [""]
    if kind == "number":
        return 0.0 if example is None else float(example)
    if kind == "time":
        moment = datetime.fromisoformat(example or "1970-01-01")
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    return "" if example is None else str(example)


def _vectors(about: Description, format_: Format) -> str:  # noqa: ARG001
    return f"""## Look items up by their vectors

`{format_.place}/items.parquet` has `item`, `bias` and `vector` of each item, for an index of your
own; `{format_.place}/query.tflite` gives the `vector` of a row as it is encoded. The product of
both and the bias put items in the order of their probabilities. Exactly so, of raw rows:

```python
import hone_serving

model = hone_serving.load(".", runtime="vectors")
print(model.description.name)
```

"""


MAKERS = {"savedModel": _saved_model, "onnx": _onnx, "vectors": _vectors}
