"""The Web API methods; importing this package registers them all."""

from tests.slack_emulator.methods import chat, conversations, directory, history, marks, views
from tests.slack_emulator.registry import METHODS, Method

__all__ = [
    "METHODS",
    "Method",
    "chat",
    "conversations",
    "directory",
    "history",
    "marks",
    "views",
]
