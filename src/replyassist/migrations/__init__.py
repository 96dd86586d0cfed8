"""Alembic's environment and the migrations, with what several of them share."""
