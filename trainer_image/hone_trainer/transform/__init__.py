"""From raw rows to what a model reads: the same for training and for serving."""
