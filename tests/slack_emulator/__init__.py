"""A Slack workspace on loopback: Web API, Socket Mode and a fault-injecting control plane.

    python -m tests.slack_emulator --port 0 --print-url [--seed N] [--fault-plan plan.json]

Clients use ``WebClient(token=BOT_TOKEN, base_url=URL)`` with the printed URL,
``http://127.0.0.1:PORT/api/``. It needs aiohttp only; all state is in memory. Where Slack
documents a rule it is enforced under Slack's own error name; where Slack is silent the stricter
reading is taken and marked ``# assumed``.

The control plane (``GET /_control/`` lists it) is never rate limited, failed or logged:

======================  =====================================================================
verb                    body or query
======================  =====================================================================
GET state               channels with messages in commit order, each with whom it
                        ``notifies``; users, groups, ephemerals, views, sockets
GET audit?key=event_id  per channel: metadata values in order, duplicates
GET requests?since=n    n, at, method, channel, status, error, ``committed``, fault,
                        ``before_retry_after`` (an earlier Retry-After was ignored), ms
GET deliveries          every envelope attempt, outcome, ack latency, ack payload; stray acks
GET/POST/DELETE faults  the fields of ``faults.Fault``
POST outage             ``{on, mode: close/reset/hang/503, sockets}``
POST inject             ``{type: slash_command, command, text, user, channel}``, message,
                        reaction, member_joined, interactive (payload), event (+copies,
                        new_ids), archive, unarchive, remove_bot, deactivate,
                        delete_message; waits for the first attempt and returns it
                        (``wait: false`` not to)
POST disconnect         ``{reason}`` or ``{}`` (cut without goodbye)
POST tokens             ``{error: "token_revoked"}``, ``{error: null}``, ``{scopes: [...]}``
POST config             the fields of ``config.Config``
POST sign, reset        signature headers for HTTP mode; a fresh workspace
======================  =====================================================================

Known simplifications: one workspace, one app, no Enterprise or Slack Connect; no files, search,
OAuth; no rich_text made from text; emoji are not turned into colons; some elements are only
type-checked; attachments unchecked; history with only ``oldest`` pages from the newest.
"""
