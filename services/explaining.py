"""Saying a refusal to a person, in their language and with names instead of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models.sentences import role_name
from services.language import get_translator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.errors import ShikikanError


def explain(
    error: ShikikanError,
    language: str,
    *,
    names: Mapping[str, str] | None = None,
    role_names: Mapping[str, Mapping[str, str]] | None = None,
) -> str:
    """Return what went wrong and what to do, in `language`.

    Args:
        error: what was raised.
        language: `en` or `ja`.
        names: people's names by handle; a board has them.
        role_names: names of custom roles by key, then language.
    """
    translate = get_translator(language)

    def place(key: str, value: Any) -> Any:
        if key in ("role", "earlier"):
            return role_name(value, (role_names or {}).get(value), translate, language)
        if key == "person":
            return (names or {}).get(value, value)
        return value

    places = {key: place(key, value) for key, value in error.params.items()}
    return translate(error.message).format_map(places)
