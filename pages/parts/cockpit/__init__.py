"""The parts of the board page; each shows one thing and offers what the viewer may do with it."""
