"""The pulse: what rings, what waits, what acts."""
