"""The hands: one protocol, and the worlds that keep it."""
