"""A bundle as MLServer wants its models: for ``bench.frameworks``."""

from typing import Any

from mlserver import MLModel  # type: ignore[import-not-found]
from mlserver.types import (  # type: ignore[import-not-found]
    InferenceRequest,
    InferenceResponse,
    ResponseOutput,
)

import hone_serving
from bench.frameworks import rows_of


class Bundle(MLModel):  # type: ignore[misc]
    """Answers with a bundle."""

    async def load(self) -> bool:
        """Read it."""
        self.bundle: Any = hone_serving.load(self.settings.parameters.uri)
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """Answer a request."""
        rows = rows_of([(each.name, list(each.data)) for each in payload.inputs])
        told = [each["probability"] for each in self.bundle.predict(rows)]
        output = ResponseOutput(name="probability", shape=[len(told)], datatype="FP64", data=told)
        return InferenceResponse(model_name="bench", id=payload.id, outputs=[output])
