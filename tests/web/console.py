"""A person in front of the console: signs in and reads and sends pages as a browser without scripts does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from replyassist.core.accounts import Principal, User
from replyassist.core.security import Role
from replyassist.review.models import ReviewItem
from tests.world import PASSWORD, World

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Console:
    """One browser with its cookies."""

    world: World
    client: TestClient

    def sign_in(self, who: Principal | Role = Role.MANAGER) -> Principal:
        """Sign in as somebody, or as a new person of this role."""
        person = self.world.person(who) if isinstance(who, Role) else who
        self.client.cookies.clear()
        response = self.post("/login", {"email": self.email(person), "password": PASSWORD}, page="/login")
        assert response.status_code == 303, words(response)
        return person

    def email(self, person: Principal) -> str:
        """The address that a person signs in with."""
        with self.world.database.reading() as session:
            user = session.get(User, person.user_id)
            assert user is not None
            return user.email

    def get(self, path: str, **headers: str) -> Response:
        """Ask for a page; redirects are not followed."""
        response: Response = self.client.get(path, headers=headers, follow_redirects=False)
        return response

    def post(self, path: str, form: dict[str, Any], *, page: str = "/queue", **headers: str) -> Response:
        """Send a form with the token that is on ``page``."""
        token = form.pop("csrf_token", None) or self.token(page)
        response: Response = self.client.post(
            path, data={"csrf_token": token, **form}, headers=headers, follow_redirects=False
        )
        return response

    def token(self, page: str = "/queue") -> str:
        """The token in a page's forms."""
        found = _TOKEN.search(self.get(page).text)
        return found.group(1) if found else ""

    def act(self, item: ReviewItem, act: str, **form: Any) -> Response:
        """Send one of an item's forms, in the version that ``item`` holds."""
        return self.post(f"/queue/{item.id}/{act}", {"version": item.version, **form})


def words(response: Response) -> str:
    """What a person reads on a page, in one line."""
    text = re.sub(r"<(script|style|title)\b.*?</\1>", " ", response.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", text))).strip()


def page_of(console: Console, item: ReviewItem) -> str:
    """What a person reads on an item's page."""
    answer = console.get(f"/queue/{item.id}")
    assert answer.status_code == 200, answer.text
    return words(answer)
