"""A bundle behind the servers of others, each as its pages say: for ``bench.serving``.

    python -m bench.frameworks kserve|mlserver BUNDLE PORT PACKAGES

``PACKAGES`` is a folder with what the server needs; our own packages come first, so a version may
be another than it asks for. Workers, logs of requests and gRPC are off.
"""

import asyncio
import json
import logging
import sys
import tempfile
from pathlib import Path
from typing import Any

import hone_serving

WORDS = sys.argv[1:]


def rows_of(inputs: list[tuple[str, list[Any]]]) -> list[dict[str, Any]]:
    """Return columns as rows."""
    names = [name for name, _ in inputs]
    return [dict(zip(names, row, strict=True)) for row in zip(*(d for _, d in inputs), strict=True)]


def kserve(uri: str, port: int) -> None:
    """Serve with KServe's SDK."""
    sys.argv = ["frameworks"]  # it reads the command line when it is imported
    import kserve as theirs  # type: ignore[import-not-found, unused-ignore]

    class Bundle(theirs.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__("bench")
            self.model, self.ready = hone_serving.load(uri), True

        def predict(self, payload: Any, headers: Any = None, response_headers: Any = None) -> Any:
            rows = rows_of([(each.name, each.data) for each in payload.inputs])
            told = [each["probability"] for each in self.model.predict(rows)]
            output = theirs.InferOutput("probability", [len(told)], "FP64", told)
            return theirs.InferResponse(payload.id or "", "bench", [output])

    logging.disable(logging.INFO)
    server = theirs.ModelServer(
        http_port=port, enable_grpc=False, workers=1, access_log_format=None
    )
    server.start([Bundle()])


def mlserver(uri: str, port: int) -> None:
    """Serve with MLServer."""
    from mlserver import MLServer, ModelSettings, Settings  # type: ignore[import-not-found]

    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "model-settings.json"
        implementation = "bench.mlserver_runtime.Bundle"
        told = {"name": "bench", "implementation": implementation, "parameters": {"uri": uri}}
        model.write_text(json.dumps(told))
        settings = Settings(
            http_port=port, parallel_workers=0, metrics_endpoint=None, debug=False, grpc_port=0
        )

        async def serve() -> None:
            server = MLServer(settings)
            await server.start([ModelSettings.parse_file(str(model))])

        logging.disable(logging.INFO)
        asyncio.run(serve())


if __name__ == "__main__":
    what, bundle, at, packages = WORDS
    sys.path.append(packages)
    {"kserve": kserve, "mlserver": mlserver}[what](bundle, int(at))
