"""The fields of the three kinds of announcement, and what a complete one needs."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from models.fields import Flag, Text, Time, keepable
from models.vocabulary import NoticeStage


class InBoth(BaseModel):
    """A text in one or both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    en: Text | None = None
    ja: Text | None = None


Words = Annotated[Text | InBoth, Field(union_mode="left_to_right")]
"""A text, or `{"en": ..., "ja": ...}`."""


class NoticeFields(BaseModel):
    """What any announcement may say; all of it may be missing while it is a draft."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FirstFields(NoticeFields):
    """障害発生報: what happened, whom it hits, whom to ask, when we speak next."""

    title: Words | None = None
    what: Words | None = None
    impact: Words | None = None
    occurred_at: Time | None = None
    detected_at: Time | None = None
    workaround: Words | None = None
    response_state: Words | None = None
    estimate: Words | None = None
    contact: Words | None = None
    next_update_at: Time | None = None
    next_update_reason: Words | None = None


class UpdateFields(NoticeFields):
    """続報: what changed, where the response stands, when we speak next."""

    title: Words | None = None
    as_of: Time | None = None
    changed: Words | None = None
    impact: Words | None = None
    state: Literal["investigating", "identified", "monitoring"] | None = None
    confirmed: Words | None = None
    suspected: Words | None = None
    actions: Words | None = None
    workaround: Words | None = None
    estimate: Words | None = None
    contact: Words | None = None
    next_update_at: Time | None = None
    next_update_reason: Words | None = None


class ResolutionFields(NoticeFields):
    """復旧報: since when it works again, and what was lost."""

    title: Words | None = None
    recovered_at: Time | None = None
    data_loss: Words | None = None
    impact_from: Time | None = None
    impact_to: Time | None = None
    criteria: Words | list[Text] | None = None
    cause: Words | None = None
    provisional_measures: Words | None = None
    permanent_measures: Words | None = None
    report_follows: Flag | Words | None = None
    contact_after: Words | None = None


FIELDS: dict[str, type[NoticeFields]] = {
    NoticeStage.FIRST: FirstFields,
    NoticeStage.UPDATE: UpdateFields,
    NoticeStage.RESOLUTION: ResolutionFields,
}


def _keepable_throughout(fields: dict[str, Any]) -> dict[str, Any]:
    rest: list[Any] = [fields]
    while rest:
        value = rest.pop()
        if isinstance(value, str):
            keepable(value)
        elif isinstance(value, dict):
            rest += [*value, *value.values()]
        elif isinstance(value, list):
            rest += value
    return fields


AnyFields = Annotated[
    dict[Annotated[str, Field(max_length=40)], JsonValue],
    Field(max_length=20),
    AfterValidator(_keepable_throughout),
]
"""Fields as they are sent; `check_fields` holds them to their stage."""


def check_fields(stage: str, fields: dict[str, Any]) -> None:
    """Return if `fields` are well formed for `stage`.

    Raises:
        PydanticCustomError: a field is unknown or of the wrong shape; it names the field.
    """
    try:
        FIELDS[stage].model_validate(fields)
    except ValidationError as malformed:
        first = malformed.errors(include_input=False, include_url=False)[0]
        raise PydanticCustomError(
            "notice_field",
            "{field}: {problem}",
            {"field": ".".join(map(str, first["loc"])), "problem": first["msg"]},
        ) from malformed


_MOMENT: TypeAdapter[Any] = TypeAdapter(Time)
_TIMES = frozenset(
    name
    for stage in FIELDS.values()
    for name, field in stage.model_fields.items()
    if Time in (field.annotation, *get_args(field.annotation))
)


def kept_fields(fields: dict[str, Any]) -> dict[str, Any]:
    """Return well-formed `fields` as the record keeps them: as typed, but for the times.

    A time may be typed with a small `z`, and not every reader of times knows that letter.
    """
    return {
        name: value.upper() if name in _TIMES and isinstance(value, str) else value
        for name, value in fields.items()
    }


def times_in(stage: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the field's moments that lie in the past by meaning, by name (aware UTC)."""
    past = {
        NoticeStage.FIRST: ("occurred_at", "detected_at"),
        NoticeStage.UPDATE: ("as_of",),
        NoticeStage.RESOLUTION: ("recovered_at", "impact_from", "impact_to"),
    }[NoticeStage(stage)]
    return {name: _MOMENT.validate_python(fields[name]) for name in past if fields.get(name)}


def missing_fields(stage: str, fields: dict[str, Any]) -> list[str]:
    """Return the names that a complete notice of this stage still needs, in order.

    What is unknown may stay empty and is told as "being confirmed"; only what the reader
    must be able to act on is required: the next update and the contact of a first notice,
    the next update of an update, recovery and data loss of a resolution.
    """
    missing: list[str] = []
    if stage in (NoticeStage.FIRST, NoticeStage.UPDATE) and not (
        fields.get("next_update_at") or _says(fields.get("next_update_reason"))
    ):
        missing.append("next_update_at")
    if stage == NoticeStage.FIRST and not _says(fields.get("contact")):
        missing.append("contact")
    if stage == NoticeStage.UPDATE and not fields.get("state"):
        missing.append("state")
    if stage == NoticeStage.RESOLUTION:
        if not fields.get("recovered_at"):
            missing.append("recovered_at")
        if not _says(fields.get("data_loss")):
            missing.append("data_loss")
    return missing


def _says(words: Any) -> bool:
    if isinstance(words, dict):
        return any(_says(text) for text in words.values())
    return isinstance(words, str) and bool(words.strip())
