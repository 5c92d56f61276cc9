"""From the jobs of other operators to ours: what becomes of each field, and what does not."""
