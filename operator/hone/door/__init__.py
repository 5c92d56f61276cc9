"""What the command line's words do: each command wires what it needs and no more."""
