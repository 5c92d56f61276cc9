"""The thought: from what is asked for and what is seen to what should be. Pure throughout."""
