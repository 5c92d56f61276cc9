"""How raw rows become a data set: pass by pass over blocks that fit into memory."""
