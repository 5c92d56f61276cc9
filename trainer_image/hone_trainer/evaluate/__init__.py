"""The figures of a finished model, its gates and its report."""
