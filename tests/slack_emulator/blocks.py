"""Block Kit rules, and Slack's complaints about blocks that break them.

Rules are short strings: ``s/N`` a string, ``t/N`` a text object, ``p/N`` a plain_text object,
``e`` an element, ``o`` an option, ``c`` a context item, ``[rule]/N`` an array; a final ``!``
requires the field.
"""

import re
from typing import Any

Table = dict[str, dict[str, str]]


def fields_of(spec: dict[str, str]) -> Table:
    """Reads ``name=rule`` lists; a bare name takes anything."""
    table: Table = {}
    for kind, text in spec.items():
        parts = [item.partition("=") for item in text.split()]
        table[kind] = {name: rule or "any" for name, _, rule in parts}
    return table


SELECT = "placeholder=p/150 action_id=s/255 confirm focus_on_load "
OBJECTS = fields_of({"o": "text=t/75! value=s/150! description=t/75 url=s/3000"})
ELEMENTS = fields_of(
    {
        "button": "text=p/75! action_id=s/255 url=s/3000 value=s/2000 style confirm "
        "accessibility_label=s/75",
        "static_select": SELECT + "options=[o]/100 option_groups initial_option",
        "multi_static_select": SELECT
        + "options=[o]/100 option_groups initial_options max_selected_items",
        "overflow": "action_id=s/255 options=[o]/5! confirm",
        "radio_buttons": SELECT + "options=[o]/10! initial_option",
        "checkboxes": SELECT + "options=[o]/10! initial_options",
        "image": "image_url=s/3000 slack_file alt_text=s/2000!",
        "plain_text_input": SELECT
        + "initial_value=s/3000 multiline min_length max_length dispatch_action_config",
    }
)
BLOCKS = fields_of(
    {
        "section": "text=t/3000 fields=[t/2000]/10 accessory=e expand",
        "header": "text=p/150!",
        "divider": "",
        "context": "elements=[c]/10!",
        "actions": "elements=[e]/25!",
        "markdown": "text=s/12000!",
        "rich_text": "elements=[any]!",
        "image": "image_url=s/3000 slack_file alt_text=s/2000! title=p/2000",
        "input": "label=p/2000! element=e! hint=p/2000 optional dispatch_action",
    }
)
# Blocks and elements of which only the type is checked.
LOOSE = frozenset(
    (  # noqa: SIM905 - a list of sixty short lines would be harder to read.
        "video file table context_actions alert card carousel data_table plan task_card "
        "users_select multi_users_select conversations_select multi_conversations_select "
        "channels_select multi_channels_select external_select multi_external_select datepicker "
        "timepicker datetimepicker number_input email_text_input url_text_input rich_text_input "
        "file_input workflow_button icon_button feedback_buttons"
    ).split()
)


class Checker:
    """Checks values against rules; complaints read ``message [json-pointer:/...]`` as in Slack."""

    def __init__(self) -> None:
        """Starts without complaints."""
        self.errors: list[str] = []

    def fail(self, message: str, at: str) -> None:
        """Adds one complaint."""
        self.errors.append(f"{message} [json-pointer:{at}]")

    def check(self, value: Any, rule: str, at: str, table: Table = ELEMENTS) -> None:
        """Checks one value against one rule."""
        if array := re.fullmatch(r"\[(.+)\](?:/(\d+))?", rule):
            self._check_array(value, array[1], array[2], at)
            return
        kind, _, most = rule.partition("/")
        if kind == "s":
            self._check_string(value, int(most), at)
        elif kind == "any":
            return
        elif not isinstance(value, dict):
            self.fail("must provide an object", at)
        else:
            self._check_object(value, kind, most, at, table)

    def _check_array(self, value: Any, rule: str, most: str | None, at: str) -> None:
        if not isinstance(value, list) or not value:
            self.fail("must provide a non-empty array", at)
            return
        if most and len(value) > int(most):
            self.fail(f"no more than {most} items allowed", at)
        for i, item in enumerate(value):
            self.check(item, rule, f"{at}/{i}")

    def _check_string(self, value: Any, most: int, at: str) -> None:
        if not isinstance(value, str):
            self.fail("must be a string", at)
            return
        if not value:
            self.fail("must be more than 0 characters", at)
        if len(value) > most:
            self.fail(f"must be less than {most + 1} characters", at)

    def _check_object(
        self, value: dict[str, Any], kind: str, most: str, at: str, table: Table
    ) -> None:
        if (allowed := self._allowed(value, kind, most, at, table)) is None:
            return
        for key in value:
            if key not in allowed and key not in ("type", "block_id"):
                self.fail(f"invalid additional property: {key}", at)
        for key, inner in allowed.items():
            if value.get(key) is not None:
                self.check(value[key], inner.rstrip("!"), f"{at}/{key}")
            elif inner.endswith("!"):
                self.fail(f"missing required field: {key}", at)

    def _allowed(
        self, value: dict[str, Any], kind: str, most: str, at: str, table: Table
    ) -> dict[str, str] | None:
        """The fields an object may have; ``None`` if they are not looked at."""
        type_ = value.get("type")
        if kind == "c":
            kind, most = ("e", "") if type_ == "image" else ("t", "3000")
        if kind in OBJECTS:
            return OBJECTS[kind]
        if kind in ("t", "p"):
            kinds = ("plain_text", "mrkdwn") if kind == "t" else ("plain_text",)
            if type_ not in kinds:
                self.fail(f"must be a valid enum value: {', '.join(kinds)}", f"{at}/type")
            return {
                "text": f"s/{most}!",
                "emoji" if type_ == "plain_text" else "verbatim": "any",
            }
        if type_ in LOOSE:
            return None
        if type_ not in table:
            self.fail(f"unsupported type: {type_}", f"{at}/type")
            return None
        return table[type_]


def check_blocks(blocks: list[Any], most: int, at: str = "/blocks") -> list[str]:
    """Every complaint Slack would have about an array of blocks."""
    checker = Checker()
    if len(blocks) > most:
        checker.fail(f"no more than {most} items allowed", at)
    seen: set[str] = set()
    for i, block in enumerate(blocks):
        here = f"{at}/{i}"
        checker.check(block, "e", here, BLOCKS)
        if not isinstance(block, dict):
            continue
        if (block_id := block.get("block_id")) is not None:
            checker.check(block_id, "s/255", f"{here}/block_id")
            if block_id in seen:
                checker.fail(
                    f"duplicate block_id: {block_id}", f"{here}/block_id"
                )  # wording assumed
            seen.add(str(block_id))
        if block.get("type") == "section" and not block.keys() & {"text", "fields"}:
            checker.fail("missing required field: text or fields", here)
    return checker.errors
