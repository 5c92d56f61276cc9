"""Rows as Arrow blocks, and the data set that they become."""
