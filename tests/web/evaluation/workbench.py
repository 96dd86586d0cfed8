"""Somebody at the workbench: brings files, starts runs and has the worker do them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fastapi import FastAPI
from httpx2 import Response

from replyassist.evaluation.jobs.service import EVALUATE_JOB, EvaluationRunner
from tests.web.console import Console
from tests.world import BRAND

CASES = """nr;customer message;intent;must say
1;do you ship to Norway??;shipping-abroad;32 countries
2;international delivery to Spain?;shipping-abroad;4 to 7 working days
3;can you sponsor our club?;;
4;when are you open?;opening-hours;
"""
TEMPLATES = """macro name,shortcut,questions,content
Do you ship abroad?,shipping-abroad,do you ship to Norway? | international delivery?,\
We ship to 32 countries in Europe. Delivery takes 4 to 7 working days.
When are you open?,opening-hours,when are you open? | opening hours?,We open at 9 every day.
"""
MAP = {"map-text": "customer message", "map-template_id": "intent", "map-id": "nr", "map-must_include": "must say"}


@dataclass
class Workbench:
    """A console with what the workbench needs beside it."""

    console: Console
    app: FastAPI

    def bring(self, kind: str, name: str, content: bytes | str, **form: str) -> Response:
        """Bring one file."""
        raw = content.encode() if isinstance(content, str) else content
        return self.bring_all(kind, {name: raw}, **form)

    def bring_all(self, kind: str, contents: dict[str, bytes], **form: str) -> Response:
        """Bring several files."""
        page = f"/evaluation/bring/{kind}"
        answer: Response = self.console.client.post(
            page,
            data={"csrf_token": self.console.token(page), "brand": BRAND, **form},
            files=[("files", (name, content)) for name, content in contents.items()],
            follow_redirects=False,
        )
        return answer

    def keep(self, answer: Response, **form: str) -> str:
        """Keep what was brought, as it was guessed or with this map; the name of the set."""
        upload = answer.headers["location"]
        chosen = dict(re.findall(r'name="(map-\w+)"><option.*?<option value="([^"]*)" selected>', self.page(upload)))
        kept = self.console.post(upload, {**chosen, "act": "keep", **form}, page=upload)
        assert kept.status_code == 303, kept.text
        return kept.headers["location"].rpartition("/")[2].partition("?")[0]

    def cases(self, content: str = CASES, **form: str) -> str:
        """Bring cases and keep them; the name of the set."""
        return self.keep(self.bring("cases", "cases.csv", content, **form))

    def templates(self, content: str = TEMPLATES, **form: str) -> str:
        """Bring templates and keep them; the name of the set."""
        return self.keep(self.bring("templates", "macros.csv", content, **form))

    def start(self, **form: str) -> str:
        """Start a run; the address of its progress."""
        answer = self.console.post("/evaluation/runs", {"stages": "drafts", **form}, page="/evaluation/runs/new")
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def work(self) -> None:
        """Have the worker do the next run."""
        job = self.console.world.jobs.take(EVALUATE_JOB)
        world = self.console.world
        doer = EvaluationRunner(
            database=world.database, adapters=self.app.state.proposer, jobs=world.jobs, clock=world.clock
        )
        doer.do(*job.arguments, is_ending=lambda: False)

    def run(self, **form: str) -> str:
        """Start a run and have it done; its id."""
        progress = self.start(**form)
        self.work()
        done = self.console.get(progress)
        assert done.status_code == 303, done.text
        return done.headers["location"].rpartition("/")[2]

    def page(self, path: str) -> str:
        """A page's markup."""
        answer = self.console.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:3000])
        return answer.text
