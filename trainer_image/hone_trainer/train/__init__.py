"""Training: one loop, its steps, its checkpoints."""
