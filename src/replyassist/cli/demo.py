"""``replyassist demo``: the main job on the sample brands, from nothing."""

from __future__ import annotations

import secrets
import socket
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import select

from replyassist.app import Parts
from replyassist.brands.service import ensure_brand
from replyassist.brands.voice import sample_voice
from replyassist.core.accounts import User, add_user
from replyassist.core.resources import resource_folder
from replyassist.core.security import Role
from replyassist.faq.files import read_templates
from replyassist.faq.service import import_templates

from .common import console, output, parts, print_json
from .intake import a_worker, read_messages, take_all, wait_until_queued
from .serving import run_server
from .summary import summarise, summary_table

BRANDS = ("fernhill", "harbour")
PEOPLE = (
    ("Ana, community manager", Role.MANAGER, "manager@demo.example"),
    ("Tim, tier-1 agent", Role.AGENT, "agent@demo.example"),
    ("Lea, in-house lead", Role.LEAD, "lead@demo.example"),
)
PORTS_TRIED = 20


def demo(
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the console afterwards.")] = True,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Load the sample brands, take in the sample messages, draft them all, show what came of it."""
    with parts() as built:
        password = load_samples(built)
        messages = read_messages(resource_folder("examples") / "messages.jsonl", brand=None).messages
        with a_worker(built):
            ids = take_all(built, messages)
            wait_until_queued(built, ids)
        with built.database.reading() as session:
            summary = summarise(session, ids)
        if json:
            print_json(summary)
        else:
            output.print(summary_table(summary))
        if not serve:
            return
        console.print("\nSign in to the console with any of these, password [bold]" + password + "[/bold]:")
        for name, role, email in PEOPLE:
            console.print(f"  {email:24} {name} ({role.value})")
        port = _free_port(built.settings.host, built.settings.port)
        run_server(built, with_worker=True, host=built.settings.host, port=port)


def load_samples(built: Parts) -> str:
    """Load both sample brands and the demo's people; returns their password. Loading again changes nothing."""
    now = built.clock.now()
    read = {brand: read_templates(resource_folder("faq") / brand).templates for brand in BRANDS}
    password = _demo_password(built.settings.home)
    with built.database.writing() as session:
        for brand, templates in read.items():
            ensure_brand(session, brand, now=now, voice=sample_voice(brand))
            result = import_templates(session, brand, templates, now=now)
            console.print(f"{brand}: {len(templates)} templates ({len(result.added)} new)")
        for name, role, email in PEOPLE:
            if session.exec(select(User).where(User.email == email)).first() is None:
                add_user(session, email, name=name, role=role, brands=list(BRANDS), password=password, now=now)
    return password


def _demo_password(home: Path) -> str:
    """Made once for this home folder, so that no two demos share a password."""
    path = home / "demo_password"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(f"demo-{secrets.token_hex(6)}", encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()


def _free_port(host: str, wanted: int) -> int:
    for port in range(wanted, wanted + PORTS_TRIED):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    return wanted
