"""Tables, commands and the pure decisions about them.

Nothing in this package opens a session, reads a clock or touches the network.
"""
