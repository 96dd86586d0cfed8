"""The least that an intake can be, run as a module: one endpoint of FastAPI, one insert, committed first."""

from __future__ import annotations

import sys
from typing import Any

import uvicorn
from fastapi import FastAPI
from sqlalchemy import Column, Integer, MetaData, Table, Text, insert

from replyassist.core.database import Database


def bare_app(url: str) -> FastAPI:
    """Keeps the text of each message, with the settings of the database that ours has."""
    database, metadata = Database(url), MetaData()
    kept = Table("bare_message", metadata, Column("id", Integer, primary_key=True), Column("text", Text))
    metadata.create_all(database.engine)
    app = FastAPI()

    @app.post("/v1/messages", status_code=202)
    def take(message: dict[str, Any]) -> dict[str, str]:
        """One insert."""
        with database.writing() as session:
            session.connection().execute(insert(kept).values(text=str(message["text"])))
        return {"status": "received"}

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        """Whether it answers."""
        return {"status": "ok"}

    return app


if __name__ == "__main__":
    uvicorn.run(bare_app(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]), log_level="warning", access_log=False)
