"""The page that lies in a bundle: what it is, and how it answers."""

from __future__ import annotations

import json
from typing import Any

from hone_trainer.bundle.description import DESCRIPTION, MODEL, Description
from hone_trainer.bundle.readme_formats import told
from hone_trainer.contract.figures import decimal

SHOWN = 12
"""Figures that are listed."""


def readme(about: Description) -> str:
    """Return Markdown; its programs run as they stand, in the bundle's folder."""
    row = {column.name: column.example for column in about.columns if column.example is not None}
    columns = "\n".join(
        f"| `{column.name}` | {column.kind} | {'yes' if column.needed else 'no'} | "
        f"`{json.dumps(column.example, ensure_ascii=False)}` |"
        for column in about.columns
    )
    figures = "\n".join(
        f"| {name} | {decimal(value)} |" for name, value in list(about.figures.items())[:SHOWN]
    )
    predicts = ", ".join(f"`{each.label}` ({each.task})" for each in about.targets)
    return f"""# {about.name}

A model that predicts {predicts}, made by Hone. Digest `{about.digest}`.

## Ask it

In Python, with `pip install "hone-operator[serving]"`:

```python
import hone_serving

model = hone_serving.load(".")
rows = [{_python(row)}]
print(model.predict(rows))
```

From the shell:

```console
$ hone predict . rows.csv --output answers.csv
$ hone serve . --port 8080
$ curl -s localhost:8080/v1/models/{about.name}:predict \\
    -d '{{"instances": [{json.dumps(row, ensure_ascii=False)}]}}'
```

The graph alone, which reads numbers and not words:

```python
from ai_edge_litert.interpreter import Interpreter

graph = Interpreter("{MODEL}").get_signature_runner()
print(graph.get_input_details().keys(), graph.get_output_details().keys())
```

{told(about)}## What it reads

| column | kind | needed | example |
| --- | --- | --- | --- |
{columns}

Values are cleaned and encoded as training rows were. A row that preparation would have put aside is
answered with the reason, under `refused`.

## What is known of it

| figure on the test part | |
| --- | --- |
{figures}

`{DESCRIPTION}` has all figures, the job's stages, versions and the digest of every file. It holds
example rows of the training data: pass it on as you would those.
"""


def _python(row: dict[str, Any]) -> str:
    return repr(row)
