"""Hone: a Kubernetes operator that turns raw shop data into small, fast, accurate models."""

__version__ = "0.1.0"
