"""The passes of a preparation: each is a function of an index, done wherever there is room."""
