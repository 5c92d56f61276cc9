"""Rows a second that each family of models is trained with: Hone, plain Keras, PyTorch."""
