"""Which Keras this is: known here and nowhere else."""
