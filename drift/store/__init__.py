"""Working memory over SQLAlchemy Core: SQLite by default, PostgreSQL for several replicas."""
