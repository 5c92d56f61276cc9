"""What a bundle says of itself: ``bundle.json``."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from hone_trainer.contract.spec import Spec

DESCRIPTION, MODEL, README = "bundle.json", "model.tflite", "README.md"
FOLDER = "bundle"
VECTORS = "vectors"
QUERY, ITEMS = f"{VECTORS}/query.tflite", f"{VECTORS}/items.parquet"


class File(Spec):
    """A file of the bundle."""

    name: str
    sha256: str
    size_bytes: int


class Column(Spec):
    """A column of the rows that are asked about."""

    name: str
    kind: str
    """id, number, time, text or sequence; key where only cleaning reads it."""
    needed: bool
    """Whether a row without it is refused; cleaning may fill it."""
    example: Any = None


class Tensor(Spec):
    """An input or output of the graph."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    """-1 for the rows."""


class Predicted(Spec):
    """Something that is predicted."""

    name: str
    task: str
    """binary, classes, …"""
    label: str
    """The column of the training rows."""
    calibration: dict[str, float] = Field(default_factory=dict)


class Format(Spec):
    """The same model for another runtime."""

    name: Literal["savedModel", "onnx", "vectors"]
    place: str
    """The file in the bundle, or the folder that a server is told of."""
    reads: Literal["rows", "features"]
    """Raw columns, or what they are encoded to, as ``inputs`` says."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Column -> what it is called there, where it reads rows."""
    differs: dict[str, float] = Field(default_factory=dict)
    """Output of the graph -> the most by which it is another than the runtime's, on up to 1,024
    rows of the test part: where that is quantised, this is the network before."""


class Description(Spec):
    """A bundle."""

    version: Literal[1] = 1
    """Version of this layout."""
    name: str
    """The job that made it."""
    digest: str
    """Of all its files: two bundles of one digest answer the same."""
    runtime: Literal["litert"] = "litert"
    """What runs the graph."""
    targets: tuple[Predicted, ...]
    """The first leads."""
    columns: tuple[Column, ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    files: tuple[File, ...]
    formats: tuple[Format, ...] = ()
    """What else it holds, for other runtimes."""
    figures: dict[str, float] = Field(default_factory=dict)
    """Of the test part, as the status names them."""
    latency: dict[str, float] = Field(default_factory=dict)
    """Microseconds that the graph takes for one row where it was made: p50, p95."""
    stages: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Stage -> what was asked of it, with defaults filled in."""
    seed: int = 0
    versions: dict[str, str] = Field(default_factory=dict)
    """What made it."""

    @property
    def delimiter(self) -> str:
        """What stands between the fields of the CSV that training read; a comma elsewhere."""
        sources = [stage.get("prepare", {}).get("source", {}) for stage in self.stages.values()]
        told: str = next((s["csv"].get("delimiter", ",") for s in sources if "csv" in s), ",")
        return told

    def encode(self) -> bytes:
        """Return the bytes that are stored."""
        return self.model_dump_json(by_alias=True, exclude_none=True, indent=1).encode()
