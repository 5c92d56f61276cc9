"""Weights in fewer bits, by the LiteRT converter.

The converter gives an embedding table one scale for all its rows; rare rows with small vectors
lose most of their digits to the largest one. So tables get a scale per row of their own first.
"""

from __future__ import annotations

from typing import Any, Literal

from hone_trainer.compress.technique import Technique


class Quantize(Technique):
    """Store weights in fewer bits; activations stay float ("dynamic range").

    In int8 and int4, every row of an embedding table has a scale of its own.
    """

    mode: Literal["int8", "float16"] = "int8"
    """Type of the stored weights."""
    tables: Literal["int8", "int4"] | None = None
    """Type of embedding tables; that of the other weights where nothing is said. In int4 they are
    half as large as in int8."""

    def rewrite(self, model: Any) -> Any:
        """Replace embedding tables by rows in few bits with a scale each."""
        tables = self.tables or self.mode
        if tables == "float16":
            return model
        from hone_trainer.compress.rowwise import quantize_tables

        return quantize_tables(model, 4 if tables == "int4" else 8)

    def configure(self, converter: Any) -> None:
        """Ask for dynamic-range int8 weights, or for float16 ones."""
        import tensorflow as tf

        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if self.mode == "float16":
            converter.target_spec.supported_types = [tf.float16]
