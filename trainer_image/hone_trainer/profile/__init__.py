"""What is worth knowing of raw data before a model is trained on it, and the page that says it."""
