"""The mirror: what happens on a board is told in Slack, and nothing on a board waits for it."""

from services.slack.worker import SlackWorker

__all__ = ["SlackWorker"]
