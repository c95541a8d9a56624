"""Column types and naming shared by every table.

Times are kept in one type, `UtcTime`: aware UTC datetimes in Python, `timestamptz` on
PostgreSQL, and on SQLite a fixed-width ISO text that sorts in time order.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, DateTime, Dialect, String, Table, TypeDecorator
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC datetime; a naive one is refused before it reaches the database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return `timestamptz` on PostgreSQL and text elsewhere."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(String(27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Return what the driver stores.

        Raises:
            ValueError: the datetime is naive.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a naive datetime reached a time column"
            raise ValueError(message)
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else write_time(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - as above
        """Return the aware UTC datetime that was stored."""
        if value is None:
            return None
        if isinstance(value, str):
            return datetime.fromisoformat(value)
        moment: datetime = value
        return moment.astimezone(UTC)


def write_time(moment: datetime) -> str:
    """Return `moment` as `YYYY-MM-DDTHH:MM:SS.ffffffZ` in UTC, which sorts as text."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """Return the CHECK that holds `column` to the values of an enum or a tuple."""
    listed = ", ".join(f"'{name}'" for name in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def table_of(model: type[SQLModel]) -> Table:
    """Return the table behind `model`, for statements that need none of its objects.

    They cost about half of what the same statement on the model costs.
    """
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


JsonValue = JSON(none_as_null=True)


class IncidentScoped(SQLModel):
    """A row that belongs to one incident and is numbered within it, from 1.

    `id` is given under the incident's row lock, so that people can say "goal 2" and mean
    the same thing as the database. Every change of such a row is recorded on the timeline.
    """

    incident_id: int = Field(primary_key=True, foreign_key="incident.id")
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
