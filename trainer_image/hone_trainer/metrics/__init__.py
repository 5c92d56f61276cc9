"""Figures of a model, their intervals and their differences."""
