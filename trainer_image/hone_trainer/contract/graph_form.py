"""What of a preparation can be TensorFlow's own operations, so that raw rows are asked of them."""

NO_GRAPH = "it does not say how TensorFlow alone would do it"
"""Why what says nothing of it is refused: a graph is shown to do the same, or not made."""
