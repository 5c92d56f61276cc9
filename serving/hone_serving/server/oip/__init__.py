"""The Open Inference Protocol v2 over REST, tensors as JSON or as bytes."""
