"""Run by Alembic: applies the migrations in the transaction that `drift.store.migrate` began."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
