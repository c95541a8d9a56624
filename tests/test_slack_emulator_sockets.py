"""Socket Mode of the emulator: envelopes, acknowledgements, redelivery, response URLs, modals."""

import asyncio
import json
from contextlib import asynccontextmanager

import aiohttp
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.slack_emulator.identity import APP_TOKEN, BOT_TOKEN

COMMAND = {"type": "slash_command", "command": "/incident", "text": "declare x"}


def socket_address(emulator):
    """A fresh one-use address."""
    app = WebClient(base_url=emulator.url, retry_handlers=[])
    return app.apps_connections_open(app_token=APP_TOKEN)["url"]


@asynccontextmanager
async def socket_of(emulator):
    """An open socket that has said hello."""
    address = await asyncio.to_thread(socket_address, emulator)
    async with aiohttp.ClientSession() as session, session.ws_connect(address) as socket:
        assert (await socket.receive_json())["type"] == "hello"
        yield socket


async def inject(emulator, **body):
    return await asyncio.to_thread(emulator.control.post, "inject", body)


def test_a_command_without_a_socket_fails_at_once(slack_emulator):
    delivery = slack_emulator.control.post("inject", COMMAND)["deliveries"][0]
    assert delivery["status"] == "undelivered"
    assert [a["outcome"] for a in delivery["attempts"]] == ["dispatch_failed"]


def test_an_acknowledged_command_shows_its_answer_to_the_user(slack_emulator):
    async def scenario():
        async with socket_of(slack_emulator) as socket:
            asked = asyncio.create_task(inject(slack_emulator, **COMMAND))
            envelope = await socket.receive_json()
            assert envelope["payload"]["text"] == "declare x"
            answer = {"envelope_id": envelope["envelope_id"], "payload": {"text": "done"}}
            await socket.send_json(answer)
            delivery = (await asked)["deliveries"][0]
            await socket.send_json(answer)
            await asyncio.sleep(0.05)
            return delivery

    delivery = asyncio.run(scenario())
    assert (delivery["status"], delivery["ack_payload"]) == ("acked", {"text": "done"})
    shown = slack_emulator.control.get("state")["ephemerals"]
    assert [(e["user"], e["text"]) for e in shown] == [("U0ALICE", "done")]
    assert len(slack_emulator.control.get("deliveries")["unknown_acks"]) == 1


def test_an_unacknowledged_event_is_tried_four_times_and_a_command_once(slack_emulator):
    slack_emulator.control.post("config", {"ack_timeout": 0.05, "time_scale": 0.0001})

    async def scenario():
        async with socket_of(slack_emulator) as socket:
            await inject(slack_emulator, type="message", text="hello")
            events = [await socket.receive_json() for _ in range(4)]
            command = await inject(slack_emulator, **COMMAND)
            return events, command

    events, command = asyncio.run(scenario())
    assert [event["retry_attempt"] for event in events] == [0, 1, 2, 3]
    assert [event["retry_reason"] for event in events] == ["", *["timeout"] * 3]
    assert len({event["payload"]["event_id"] for event in events}) == 1
    assert len({event["envelope_id"] for event in events}) == 4
    assert [d["status"] for d in command["deliveries"]] == ["timed_out"]


def test_the_app_hears_of_its_own_posts_unless_told_otherwise(slack_emulator):
    bot = WebClient(token=BOT_TOKEN, base_url=slack_emulator.url, retry_handlers=[])
    bot.chat_postMessage(channel="general", text="mine")
    slack_emulator.control.post("config", {"self_events": False})
    bot.chat_postMessage(channel="general", text="not heard")
    heard = slack_emulator.control.get("deliveries")["deliveries"]
    assert [d["payload"]["event"]["text"] for d in heard] == ["mine"]


def test_duplicates_may_come_under_new_ids(slack_emulator):
    event = {"type": "message", "text": "x"}
    body = {"type": "event", "event": event, "copies": 3, "new_ids": True, "wait": False}
    told = slack_emulator.control.post("inject", body)["deliveries"]
    assert len({delivery["event_id"] for delivery in told}) == 3


def test_a_ticket_opens_one_socket_and_a_refresh_says_goodbye(slack_emulator):
    async def scenario():
        address = await asyncio.to_thread(socket_address, slack_emulator)
        async with aiohttp.ClientSession() as session:
            async with session.ws_connect(address) as socket:
                await socket.receive_json()
                body = {"reason": "refresh_requested"}
                await asyncio.to_thread(slack_emulator.control.post, "disconnect", body)
                goodbye = await socket.receive_json()
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(address)
            return goodbye

    assert asyncio.run(scenario())["reason"] == "refresh_requested"


def test_sockets_can_be_cut_without_goodbye(slack_emulator):
    async def scenario():
        async with socket_of(slack_emulator) as socket:
            cut = await asyncio.to_thread(slack_emulator.control.post, "disconnect")
            return cut, await socket.receive()

    cut, message = asyncio.run(scenario())
    assert cut == {"sockets_cut": 1}
    assert message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)


def test_a_response_url_works_five_times(slack_emulator):
    async def scenario():
        delivery = (await inject(slack_emulator, **COMMAND))["deliveries"][0]
        url = delivery["payload"]["response_url"]
        answers = []
        async with aiohttp.ClientSession() as session:
            for i in range(6):
                body = {"text": f"{i}", "response_type": "in_channel"}
                async with session.post(url, json=body) as response:
                    answers.append((response.status, await response.text()))
        return answers

    assert asyncio.run(scenario()) == [(200, "ok")] * 5 + [(404, "used_url")]
    assert slack_emulator.texts("general") == ["0", "1", "2", "3", "4"]


def test_a_trigger_opens_one_valid_view(slack_emulator):
    bot = WebClient(token=BOT_TOKEN, base_url=slack_emulator.url, retry_handlers=[])
    body = {"type": "interactive", "payload": {"type": "block_actions"}}
    delivery = slack_emulator.control.post("inject", body)["deliveries"][0]
    trigger = delivery["payload"]["trigger_id"]
    view = {"type": "modal", "title": {"type": "plain_text", "text": "Declare"}, "blocks": []}
    bad = view | {"title": {"type": "plain_text", "text": "x" * 25}}
    errors = []
    for opened in ((trigger, bad), (trigger, view), (trigger, view), ("none", view)):
        try:
            bot.views_open(trigger_id=opened[0], view=json.dumps(opened[1]))
            errors.append(None)
        except SlackApiError as error:
            errors.append(error.response["error"])
    assert errors == ["invalid_arguments", None, "exchanged_trigger_id", "invalid_trigger_id"]
