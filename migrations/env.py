"""Runs migrations on the connection that `services.migrating` hands over."""

from alembic import context
from sqlmodel import SQLModel

import models.tables  # noqa: F401 - makes the metadata complete

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
