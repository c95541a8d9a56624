"""Field types of what people send; they refuse what the record cannot keep."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StrictBool,
    StrictInt,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

TEXT_LIMIT = 10_000
LONG_TEXT_LIMIT = 200_000
LARGEST_ID = 2**31 - 1

_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?([Zz]|[+-]\d{2}:?\d{2})", re.ASCII
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WEB_ADDRESS = r"^https?://[^\s/?#@\\]+(/\S*)?([?#]\S*)?$"
_HANDLE = r"^[a-z0-9][a-z0-9._-]{0,31}$"


def keepable(text: str) -> str:
    """Return `text` if every database can keep it as it is.

    Raises:
        PydanticCustomError: it holds a NUL, which PostgreSQL cannot store, or half of a
            surrogate pair, which is not text in any encoding.
    """
    if "\x00" in text:
        raise PydanticCustomError("nul_character", "contains a NUL character; remove it")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise PydanticCustomError("lone_surrogate", "contains half of a character; type it again")
    return text


def _said(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank", "is blank; say something")
    return keepable(text)


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, str) and _TIME.fullmatch(value):
        try:
            moment = datetime.fromisoformat(value.upper())
        except ValueError as unreadable:
            raise PydanticCustomError(
                "two-clocks", "is no moment that exists; write it as 2026-01-31T09:30:00+09:00"
            ) from unreadable
    else:
        raise PydanticCustomError(
            "two-clocks",
            "is no time with a four-digit year and an offset; write it as"
            " 2026-01-31T09:30:00+09:00",
        )
    if moment.tzinfo is None:
        raise PydanticCustomError("two-clocks", "has no offset; add Z or +09:00")
    try:
        return moment.astimezone(UTC)
    except (OverflowError, ValueError) as outside:
        raise PydanticCustomError("two-clocks", "is no time with a four-digit year") from outside


def _day(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError as unreadable:
            raise PydanticCustomError("no_such_day", "is no day that exists") from unreadable
    raise PydanticCustomError("day_format", "is no date; write it as 2026-01-31")


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError) as unknown:
        raise PydanticCustomError(
            "time_zone", "is no time zone; give an IANA name such as Asia/Tokyo"
        ) from unknown
    return name


def _web_address(url: str) -> str:
    if not re.fullmatch(_WEB_ADDRESS, url):
        raise PydanticCustomError("web_address", "is no web address; start with https://")
    return keepable(url)


_SAID = {"pattern": r"^[^\x00]*[^\s\x00][^\x00]*$"}
"""What `_said` asks, for those who only read the description."""
Text = Annotated[
    str,
    Field(min_length=1, max_length=TEXT_LIMIT, json_schema_extra=_SAID),
    AfterValidator(_said),
]
"""People's words: 1 to 10,000 characters, kept exactly as typed."""
LongText = Annotated[
    str,
    Field(min_length=1, max_length=LONG_TEXT_LIMIT, json_schema_extra=_SAID),
    AfterValidator(_said),
]
Title = Annotated[
    str,
    Field(min_length=1, max_length=200, json_schema_extra=_SAID),
    AfterValidator(_said),
]
Name = Annotated[
    str,
    Field(min_length=1, max_length=80, json_schema_extra=_SAID),
    AfterValidator(_said),
]
Handle = Annotated[str, Field(pattern=_HANDLE)]
"""A person's handle: lower case letters, digits, dot, dash, underscore; at most 32."""
RoleName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Number = Annotated[StrictInt, Field(ge=1, le=LARGEST_ID)]
"""The `id` of an object on the board, or the `seq` of an entry."""
Flag = StrictBool
Time = Annotated[
    datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})
]
"""ISO-8601 with an offset; kept in UTC."""
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
WebAddress = Annotated[
    str,
    Field(min_length=8, max_length=2_000, json_schema_extra={"pattern": _WEB_ADDRESS}),
    AfterValidator(_web_address),
]
SlackUser = Annotated[str, Field(pattern=r"^[A-Z0-9]{2,32}$")]
Zone = Annotated[str, Field(max_length=64), AfterValidator(_zone)]
