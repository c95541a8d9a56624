"""The rules of the formation: pure decisions, in one place.

`decide.decide` is the only way in. It is given what stands (`Formation`, `Facts`) and a
command, and answers with the rule that is broken, or None. It reads no clock, opens no
session and changes nothing.
"""
