"""Runs replyassist, and before each commit tells which tables it is about to change: stepping.py PORT ARGUMENT...

Whoever listens at the port answers with a byte when the process may go on, or kills it instead.
"""

from __future__ import annotations

import re
import socket
import sys
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

CHANGE = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(?:\w+"?\."?)?(\w+)')
CHANGED = "changed"


def main() -> None:
    port = int(sys.argv.pop(1))

    @event.listens_for(Engine, "after_cursor_execute")
    def note(connection: Connection, cursor: Any, statement: str, *_: object) -> None:
        if cursor.rowcount != 0 and (table := CHANGE.match(statement)):
            connection.info.setdefault(CHANGED, set()).add(table[1])

    @event.listens_for(Engine, "commit")
    def tell(connection: Connection) -> None:
        if changed := connection.info.pop(CHANGED, None):
            with socket.create_connection(("127.0.0.1", port)) as asked:
                asked.sendall(" ".join(sorted(changed)).encode() + b"\n")
                asked.recv(1)

    @event.listens_for(Engine, "rollback")
    def forget(connection: Connection) -> None:
        connection.info.pop(CHANGED, None)

    from replyassist.cli import main as command_line

    command_line()


if __name__ == "__main__":
    main()
