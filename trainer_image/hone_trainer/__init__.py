"""The trainer: what runs inside the pods of an OptimizationJob."""

__version__ = "0.1.0"
