"""``replyassist demo``: the main job on the sample brands, from nothing."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Sequence
from pathlib import Path
from textwrap import shorten
from threading import Thread
from typing import Annotated

import typer

from replyassist.app import Parts
from replyassist.brands.service import ensure_brand
from replyassist.brands.voice import sample_voice
from replyassist.core.accounts import add_user
from replyassist.core.accounts.repository import user_by_email
from replyassist.core.resources import resource_folder
from replyassist.core.security import Role
from replyassist.faq.files import read_templates
from replyassist.faq.service import import_templates
from replyassist.loading import load_model
from replyassist.retrieval.index import TemplateIndex
from replyassist.review.repository import newest_item_of

from .common import console, output, parts, print_json
from .intake import a_worker, read_messages, take_all, wait_until_queued
from .serving import Ending, run_server
from .summary import summarise, summary_table

BRANDS = ("fernhill", "harbour")
PEOPLE = (
    ("Ana, community manager", Role.MANAGER, "manager@demo.example"),
    ("Tim, tier-1 agent", Role.AGENT, "agent@demo.example"),
    ("Lea, in-house lead", Role.LEAD, "lead@demo.example"),
)
PORTS_TRIED = 20
PREVIEW_CHARACTERS = 60


def demo(
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Serve the console at once and go on; or end with the summary.")
    ] = True,
    prepare: Annotated[
        bool, typer.Option("--prepare", help="Only do ahead what would make the first draft wait; stores no brand.")
    ] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Load the sample brands, serve the console, draft the sample messages one by one, show what came of it."""
    with parts(serves=True) as built:
        if prepare:
            prepare_samples(built)
            return
        password = load_samples(built)
        if not serve:
            with a_worker(built):
                draft_samples(built, json=json)
            return
        host, port = built.settings.host, _free_port(built.settings.host, built.settings.port)

        def beside(ends: Ending) -> None:
            _welcome(f"http://{host}:{port}", password)
            draft_samples(built, json=json, ends=ends)

        run_server(built, with_worker=True, host=host, port=port, beside=beside)


def prepare_samples(built: Parts) -> None:
    """Encode the sample templates, which are then found in the home folder; unpack the models and try the reader."""
    for brand in BRANDS:
        TemplateIndex(read_templates(resource_folder("faq") / brand).templates, built.registry.template_encoder)
    load_model(built.worker.proposer)


def draft_samples(built: Parts, *, json: bool, ends: Ending = lambda: False) -> None:
    """Take the sample messages in, wait until a worker has drafted them all, and print the summary."""
    messages = read_messages(resource_folder("examples") / "messages.jsonl", brand=None).messages
    ids = take_all(built, messages)
    Thread(target=load_model, args=(built.worker.proposer,), name="reading-ahead", daemon=True).start()
    if not wait_until_queued(built, ids, ends=ends, preview=lambda: _last_drafted(built, ids)):
        return
    with built.database.reading() as session:
        summary = summarise(session, ids)
    if json:
        print_json(summary)
    else:
        output.print(summary_table(summary))


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
            if user_by_email(session, email) is None:
                add_user(session, email, name=name, role=role, brands=list(BRANDS), password=password, now=now)
    return password


def _welcome(address: str, password: str) -> None:
    console.print(f"Sign in at {address}/login with any of these, password {password}", markup=False, soft_wrap=True)
    for name, role, email in PEOPLE:
        console.print(f"  {email:24} {name} ({role.value})")
    console.print("The drafts appear there one by one.")


def _last_drafted(built: Parts, message_ids: Sequence[int]) -> str:
    """The newest item of these messages in one line: what was asked, and the draft or why there is none."""
    with built.database.reading() as session:
        found = newest_item_of(session, message_ids)
    if found is None:
        return ""
    asked, item = found
    return " → ".join(
        shorten(text, PREVIEW_CHARACTERS, placeholder="…") for text in (asked, item.draft or item.proposal.reason)
    )


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
