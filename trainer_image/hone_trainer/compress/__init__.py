"""A model becomes a smaller one, within a budget."""
