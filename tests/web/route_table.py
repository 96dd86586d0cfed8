"""Every route of the application: an address of it, which roles may use it, and what somebody of another brand gets.

``{name}`` in an address or a body is something of the brand's, made for this request (``tests.web.fresh``) or for all
(``tests.web.house``). Each example succeeds for the roles that may; ``refused`` is what can only be refused here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from replyassist.core.security import Role
from replyassist.review.reasons import NO_REPLY_NEEDED

ALL = frozenset(Role)
MANAGERS = ALL - {Role.AGENT}
LEADS = MANAGERS - {Role.MANAGER}
HIDDEN = 404
OWN = 0  # a page of what is one's own: it opens for everybody and shows nothing of another brand
PUBLIC = -1  # needs no sign-in
STREAM = -2  # never ends, so nobody but a stranger asks for it here


@dataclass(frozen=True)
class Example:
    """One request of a route. ``other`` is what somebody of another brand gets: a status, OWN, PUBLIC or STREAM.

    ``refused``: the status of what cannot succeed in this set-up although the role may, and why it cannot.
    """

    path: str
    may: frozenset[Role] = ALL
    other: int = HIDDEN
    body: dict[str, Any] | None = None
    refused: tuple[int, str] | None = None


def _item(act: str, may: frozenset[Role] = ALL, *, of: str = "item", **body: Any) -> Example:
    return Example(f"/queue/{{{of}.id}}/{act}", may, body={"version": f"{{{of}.version}}", **body})


def _review(act: str, may: frozenset[Role] = ALL, *, of: str = "item", **body: Any) -> Example:
    return Example(f"/v1/reviews/{{{of}.id}}/{act}", may, body={"version": f"{{{of}.version}}", **body})


def _template(act: str, may: frozenset[Role] = LEADS, **body: Any) -> Example:
    seen = {"id": "{spare.id}", "version": "{spare.version}"}
    return Example(f"/templates/{{brand}}/{act}", may, body=seen | body)


def _together(act: str, **body: Any) -> Example:
    shown = {"item": [f"{{together.seen[{n}]}}" for n in (0, 1)], "text": [f"{{together.drafts[{n}]}}" for n in (0, 1)]}
    return Example(f"/queue/cluster/{{together.id}}/{act}", body={"read_all": "true", **shown, **body})


_NO_PLATFORM = (404, "no platform is connected that sends webhooks; test_platform_events.py connects one")
_NO_CARDS = (404, "no account in Slack shows cards; tests/cards connects one")
_NO_OFFER = (422, "nobody pressed a button in Slack; test_slack_link.py signs an offer")
_NO_LINK = (404, "nobody is linked with Slack; test_slack_link.py links somebody")
_NO_PROVIDER = (404, "no provider is configured to sign in at; test_oidc.py runs one")
_DRAFT = "Hi Tom! We ship to 32 countries in Europe. Delivery takes 4 to 7 working days."
_MESSAGE = {
    "brand": "{brand}", "channel": "instagram", "external_id": "new-{number}", "text": "do you ship?",
    "author": {"external_id": "1"}, "conversation": {"external_id": "p", "visibility": "public"},
    "posted_at": "2026-11-22T09:30:00Z",
}  # fmt: skip
_PASSWORD = "another long password"

API = {
    "POST /v1/messages": Example("/v1/messages", MANAGERS, body=_MESSAGE),
    "POST /v1/messages/batch": Example("/v1/messages/batch", MANAGERS, 200, {"messages": [_MESSAGE]}),
    "PUT /v1/messages/{brand}/{channel}/{external_id:path}":
        Example("/v1/messages/{brand}/instagram/{message}", MANAGERS, body={"text": "and to Spain?"}),
    "DELETE /v1/messages/{brand}/{channel}/{external_id:path}":
        Example("/v1/messages/{brand}/instagram/{message}", MANAGERS),
    "GET /v1/reviews": Example("/v1/reviews", other=OWN),
    "GET /v1/reviews/{item_id}": Example("/v1/reviews/{item.id}"),
    "POST /v1/reviews/{item_id}/claim": _review("claim"),
    "POST /v1/reviews/{item_id}/release": _review("release"),
    "POST /v1/reviews/{item_id}/confirm": _review("confirm", MANAGERS, of="doubted", rules=["message.doubt"]),
    "POST /v1/reviews/{item_id}/approve": _review("approve", text=_DRAFT),
    "POST /v1/reviews/{item_id}/reject": _review("reject", reason="no"),
    "POST /v1/reviews/{item_id}/escalate": _review("escalate", reason="help"),
    "POST /v1/reviews/{item_id}/redraft": _review("redraft"),
    "POST /v1/reviews/{item_id}/undo": _review("undo", of="rejected"),
    "POST /v1/reviews/{item_id}/kind": _review("kind", MANAGERS, kind="praise"),
    "DELETE /v1/reviews/{item_id}/kind":
        Example("/v1/reviews/{corrected.id}/kind?version={corrected.version}", MANAGERS),
    "GET /v1/reviews/{item_id}/policy": Example("/v1/reviews/{item.id}/policy"),
    "POST /v1/reviews/{item_id}/takeover": _review("takeover", LEADS, of="held"),
    "POST /v1/reviews/{item_id}/assign": _review("assign", user_id=None),
    "GET /v1/reviews/{item_id}/team": Example("/v1/reviews/{item.id}/team"),
    "POST /v1/reviews/{item_id}/snooze": _review("snooze", until="2026-11-23T09:00:00Z"),
    "POST /v1/reviews/{item_id}/handback": _review("handback", LEADS, of="escalated", reason="solved"),
    "POST /v1/reviews/{item_id}/notes": _review("notes", text="look here"),
    "GET /v1/reviews/{item_id}/notes": Example("/v1/reviews/{item.id}/notes"),
    "GET /v1/brands/{brand}/round-robin": Example("/v1/brands/{brand}/round-robin"),
    "PUT /v1/brands/{brand}/round-robin": Example("/v1/brands/{brand}/round-robin", LEADS, body={"round_robin": True}),
    "GET /v1/brands/{brand}/policy": Example("/v1/brands/{brand}/policy"),
    "PUT /v1/brands/{brand}/policy":
        Example("/v1/brands/{brand}/policy", LEADS, body={"seen": "{policy_number}", "policy": {}, "note": "none"}),
    "GET /v1/brands/{brand}/policy/versions": Example("/v1/brands/{brand}/policy/versions"),
    "GET /v1/brands/{brand}/corrections": Example("/v1/brands/{brand}/corrections"),
    "GET /v1/events": Example("/v1/events", other=STREAM),
    "POST /v1/suggestions": Example("/v1/suggestions", body={"brand": "{brand}", "text": "do you ship?"}),
    "POST /v1/templates/search": Example("/v1/templates/search", body={"brand": "{brand}", "text": "do you ship?"}),
    "GET /v1/templates/proposals": Example("/v1/templates/proposals?brand={brand}", LEADS),
    "POST /v1/templates/proposals/{proposal_id}/accept": Example(
        "/v1/templates/proposals/{proposal.id}/accept?brand={brand}", LEADS, body={"version": "{proposal.version}"}),
    "POST /v1/templates/proposals/{proposal_id}/dismiss":
        Example("/v1/templates/proposals/{proposal.id}/dismiss?brand={brand}", LEADS),
    "POST /v1/templates/proposals/{proposal_id}/restore":
        Example("/v1/templates/proposals/{dismissed.id}/restore?brand={brand}", LEADS),
    "GET /v1/templates/{template_id:path}/examples": Example("/v1/templates/shipping-abroad/examples?brand={brand}"),
    "DELETE /v1/templates/{template_id:path}/examples/{example_id}":
        Example("/v1/templates/shipping-abroad/examples/{lesson.id}?brand={brand}", MANAGERS),
    "POST /v1/templates/{template_id:path}/examples/{example_id}/restore":
        Example("/v1/templates/shipping-abroad/examples/{withdrawn.id}/restore?brand={brand}", MANAGERS),
    "DELETE /v1/templates/{template_id:path}/generated/{question_id}":
        Example("/v1/templates/shipping-abroad/generated/{question.id}?brand={brand}", MANAGERS),
    "GET /v1/templates": Example("/v1/templates?brand={brand}"),
    "GET /v1/templates/{template_id:path}/versions": Example("/v1/templates/shipping-abroad/versions?brand={brand}"),
    "GET /v1/templates/{template_id:path}": Example("/v1/templates/shipping-abroad?brand={brand}"),
    "POST /v1/templates": Example(
        "/v1/templates?brand={brand}", LEADS, body={"id": "made-{number}", "reply": "We do."}),
    "PUT /v1/templates/{template_id:path}":
        Example("/v1/templates/{spare.id}?brand={brand}", LEADS, body={"id": "{spare.id}", "reply": "We do."}),
    "DELETE /v1/templates/{template_id:path}": Example("/v1/templates/{spare.id}?brand={brand}", LEADS),
    "GET /v1/brands/{brand}/threshold": Example("/v1/brands/{brand}/threshold"),
    "PUT /v1/brands/{brand}/threshold": Example("/v1/brands/{brand}/threshold", LEADS, body={"threshold": 0.6}),
    "GET /v1/brands/{brand}/language-model": Example("/v1/brands/{brand}/language-model", MANAGERS),
    "PUT /v1/brands/{brand}/language-model": Example(
        "/v1/brands/{brand}/language-model", LEADS, body={"concurrency": 2, "daily_usd": 5}),
    "GET /v1/brands/{brand}/time-zone": Example("/v1/brands/{brand}/time-zone"),
    "PUT /v1/brands/{brand}/time-zone": Example("/v1/brands/{brand}/time-zone", LEADS, body={"time_zone": "UTC"}),
    "GET /v1/platforms": Example("/v1/platforms", MANAGERS, OWN),
    "GET /v1/brands/{brand}/connections": Example("/v1/brands/{brand}/connections", MANAGERS),
    "POST /v1/brands/{brand}/connections": Example(
        "/v1/brands/{brand}/connections", LEADS, body={"platform": "file", "channel": "paper-{number}"}),
    "POST /v1/brands/{brand}/connections/{channel}/test":
        Example("/v1/brands/{brand}/connections/{connected.channel}/test", LEADS),
    "DELETE /v1/brands/{brand}/connections/{channel}":
        Example("/v1/brands/{brand}/connections/{connected.channel}", LEADS),
    "GET /v1/brands/{brand}/sending": Example("/v1/brands/{brand}/sending", MANAGERS),
    "POST /v1/brands/{brand}/sending/stop": Example("/v1/brands/{brand}/sending/stop", LEADS, body={}),
    "POST /v1/brands/{brand}/sending/resume": Example("/v1/brands/{brand}/sending/resume", LEADS, body={}),
    "PUT /v1/brands/{brand}/quiet-hours":
        Example("/v1/brands/{brand}/quiet-hours", LEADS, body={"quiet_from": None, "quiet_until": None}),
    "GET /v1/tokens": Example("/v1/tokens", other=OWN),
    "POST /v1/tokens": Example("/v1/tokens", other=OWN, body={"name": "inbox"}),
    "DELETE /v1/tokens/{token_id}": Example("/v1/tokens/{token.id}"),
    "POST /mcp": Example("/mcp", other=STREAM, body={}),
}  # fmt: skip

OPERATIONS = {
    f"GET {path}": Example(path, other=PUBLIC)
    for path in ("/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc", "/healthz", "/readyz", "/metrics")
}

PEOPLE = {
    **{
        f"{method} /v1/hooks/{{brand}}/{{connection}}{key}": Example(
            f"/v1/hooks/{{brand}}/instagram{key and '/key'}", other=PUBLIC, refused=_NO_PLATFORM
        )
        for method in ("GET", "POST")
        for key in ("", "/{key}")
    },
    "GET /login": Example("/login", other=PUBLIC),
    "POST /login": Example("/login", other=PUBLIC, body={"email": "{email}", "password": "a long password"}),
    "POST /logout": Example("/logout", other=OWN, body={}),
    "GET /login/provider": Example("/login/provider", other=PUBLIC, refused=_NO_PROVIDER),
    "GET /login/provider/back": Example("/login/provider/back", other=PUBLIC, refused=_NO_PROVIDER),
    "GET /invitation/{secret}": Example("/invitation/{invitation}", other=PUBLIC),
    "POST /invitation/{secret}": Example(
        "/invitation/{invitation}", other=PUBLIC, body={"name": "New", "password": _PASSWORD}),
    "GET /reset/{secret}": Example("/reset/{reset}", other=PUBLIC),
    "POST /reset/{secret}": Example("/reset/{reset}", other=PUBLIC, body={"password": _PASSWORD}),
    "POST /v1/cards/{brand}/{connection}": Example("/v1/cards/{brand}/slack", other=PUBLIC, refused=_NO_CARDS),
    "GET /account": Example("/account", other=OWN),
    "GET /account/slack": Example("/account/slack", other=OWN, refused=_NO_OFFER),
    "POST /account/slack": Example("/account/slack", other=OWN, body={"offer": "x"}, refused=_NO_OFFER),
    "POST /account/slack/{link_id}/remove": Example("/account/slack/9/remove", body={}, refused=_NO_LINK),
    "POST /account/profile": Example("/account/profile", other=OWN, body={"name": "A person"}),
    "POST /account/password": Example(
        "/account/password", other=OWN, body={"present": "a long password", "password": "a long password"}),
    "POST /account/sessions/others/end": Example("/account/sessions/others/end", other=OWN, body={}),
    "POST /account/sessions/{session_id}/end": Example("/account/sessions/{session.id}/end", body={}),
    "POST /account/tokens": Example(
        "/account/tokens", other=OWN, body={"name": "inbox", "days": "9", "scope": ["queue:read"]}),
    "POST /account/tokens/{token_id}/revoke": Example("/account/tokens/{token.id}/revoke", body={}),
    "GET /account/{act:path}": Example("/account/profile", other=PUBLIC),
    "GET /team": Example("/team", LEADS, OWN),
    "POST /team/invite": Example("/team/invite", LEADS, 404, {"email": "new{number}@test.example", "name": "New",
                                                               "role": "agent", "brand": "{brand}"}),
    "GET /team/{user_id:int}": Example("/team/{user.user_id}", LEADS),
    "POST /team/{user_id:int}/access": Example("/team/{user.user_id}/access", LEADS, body={"role": "agent",
                                                                                   "brand": "{brand}"}),
    "POST /team/{user_id:int}/link": Example("/team/{user.user_id}/link", LEADS, body={}),
    "POST /team/{user_id:int}/{act}": Example("/team/{user.user_id}/deactivate", LEADS, body={}),
    "POST /team/{user_id:int}/tokens/{token_id}/revoke":
        Example("/team/{their_token.user_id}/tokens/{their_token.id}/revoke", LEADS, body={}),
    "GET /team/turns": Example("/team/turns", other=OWN),
    "GET /team/turns/{brand}": Example("/team/turns/{brand}"),
    "GET /team/turns/{brand}/{user_id:int}": Example("/team/turns/{brand}/1", other=OWN),
    "POST /team/turns/{brand}": Example("/team/turns/{brand}", LEADS, body={"is_on": "true"}),
    "POST /team/turns/{brand}/{user_id:int}":
        Example("/team/turns/{brand}/{user.user_id}", LEADS, body={"act": "away", "back_on": "2026-11-30"}),
    "GET /team/invite": Example("/team/invite", other=OWN),
    "GET /team/{user_id:int}/{act:path}": Example("/team/{user.user_id}/access", other=OWN),
}  # fmt: skip

QUEUE = {
    "GET /": Example("/", other=OWN),
    "GET /queue": Example("/queue", other=OWN),
    "GET /queue/rows": Example("/queue/rows?cursor=", other=OWN),
    "GET /queue/changes": Example("/queue/changes?since=1", other=OWN),
    "POST /queue/density": Example("/queue/density", other=OWN, body={"density": "dense"}),
    "POST /queue/bulk": Example("/queue/bulk", other=OWN, body={"act": "assign", "item": "{item.id}:1"}),
    "GET /queue/views": Example("/queue/views", other=OWN),
    "POST /queue/views": Example("/queue/views", other=OWN, body={"name": "Mine {number}"}),
    "POST /queue/views/{view_id}/rename": Example("/queue/views/{view.id}/rename", body={"name": "x {number}"}),
    "POST /queue/views/{view_id}/delete": Example("/queue/views/{view.id}/delete", body={}),
    "GET /queue/{item_id}": Example("/queue/{item.id}"),
    "GET /queue/{item_id}/{act}": Example("/queue/{item.id}/approve", other=OWN),
    "GET /queue/{item_id}/state/{version}": Example("/queue/{item.id}/state/1"),
    "POST /queue/{item_id}/check": _item("check", text=_DRAFT),
    "POST /queue/{item_id}/claim": _item("claim"),
    "POST /queue/{item_id}/release": _item("release"),
    "POST /queue/{item_id}/leave": _item("leave"),
    "POST /queue/{item_id}/approve": _item("approve", text=_DRAFT),
    "POST /queue/{item_id}/confirm": _item("confirm", MANAGERS, of="doubted", rule="message.doubt"),
    "POST /queue/{item_id}/reject": _item("reject", reason=NO_REPLY_NEEDED, failures="missing_fact"),
    "POST /queue/{item_id}/escalate": _item("escalate", note="help"),
    "POST /queue/{item_id}/redraft": _item("redraft"),
    "POST /queue/{item_id}/undo": _item("undo", of="rejected"),
    "POST /queue/{item_id}/kind": _item("kind", MANAGERS, kind="praise"),
    "POST /queue/{item_id}/take-kind-back": _item("take-kind-back", MANAGERS, of="corrected"),
    "GET /queue/{item_id}/live": Example("/queue/{item.id}/live"),
    "GET /queue/{item_id}/pick": Example("/queue/{item.id}/pick"),
    "POST /queue/{item_id}/pick": _item("pick", text=_DRAFT),
    "GET /queue/{item_id}/saved": Example("/queue/{item.id}/saved"),
    "POST /queue/{item_id}/saved": _item("saved", text=_DRAFT, title="Ships"),
    "POST /queue/{item_id}/saved/{saved_id}/delete": _item("saved/{saved.id}/delete"),
    "POST /queue/{item_id}/insert": _item("insert", template_id="shipping-abroad"),
    "POST /queue/{item_id}/takeover": _item("takeover", LEADS, of="held"),
    "POST /queue/{item_id}/assign": _item("assign"),
    "POST /queue/{item_id}/snooze": _item("snooze", until="tomorrow"),
    "POST /queue/{item_id}/wake": _item("wake", of="snoozed"),
    "POST /queue/{item_id}/handback": _item("handback", LEADS, of="escalated", note="solved"),
    "POST /queue/{item_id}/note": _item("note", note="look here"),
    "GET /queue/cluster/{cluster_id}": Example("/queue/cluster/{together.id}"),
    "GET /queue/cluster/{cluster_id}/{act}": Example("/queue/cluster/{together.id}/approve", other=OWN),
    "POST /queue/cluster/{cluster_id}/approve": _together("approve"),
    "POST /queue/cluster/{cluster_id}/check": _together("check"),
    "POST /queue/cluster/{cluster_id}/claim": _together("claim"),
    "POST /queue/cluster/{cluster_id}/escalate": _together("escalate", escalation="help"),
    "POST /queue/cluster/{cluster_id}/reject": _together("reject", reason=NO_REPLY_NEEDED),
    "POST /queue/cluster/{cluster_id}/release": _together("release"),
    "POST /queue/cluster/{cluster_id}/take-out": _together("take-out", only="{together.first}"),
    "GET /mentions": Example("/mentions", other=OWN),
    "GET /mentions/count": Example("/mentions/count", other=OWN),
    "POST /mentions/read": Example("/mentions/read", other=OWN, body={}),
    "POST /queue/{item_id}/examples/{example_id}/{act}":
        Example("/queue/{lesson.review_item_id}/examples/{lesson.id}/withdraw", MANAGERS, body={}),
}  # fmt: skip

LEAD = {
    "GET /proposals": Example("/proposals?brand={brand}", LEADS),
    "POST /proposals/{proposal_id}/accept": Example(
        "/proposals/{proposal.id}/accept", LEADS,
        body={"brand": "{brand}", "version": "{proposal.version}", "id": "{proposal.suggested_id}", "reply": "Yes."}),
    "POST /proposals/{proposal_id}/{act}":
        Example("/proposals/{proposal.id}/dismiss", LEADS, body={"brand": "{brand}"}),
    "GET /templates": Example("/templates?brand={brand}"),
    "GET /templates/new": Example("/templates/new?brand={brand}", LEADS),
    "GET /templates/{brand}/{template_id:path}": Example("/templates/{brand}/shipping-abroad"),
    "POST /templates/{brand}/check": _template("check", reply="We ship."),
    "POST /templates/{brand}/save": _template("save", reply="We ship."),
    "POST /templates/{brand}/remove-question": _template(
        "remove-question", MANAGERS, id="shipping-abroad", question_id="{question.id}"),
    "POST /templates/{brand}/{act}": _template("confirm"),
    "GET /template-trials/{trial_id}": Example("/template-trials/{trial}", LEADS),
    "GET /template-trials/{trial_id}/state": Example("/template-trials/{trial}/state", LEADS),
    "POST /template-trials/{trial_id}/apply": Example("/template-trials/{tried.id}/apply", LEADS, body={}),
    "GET /voice": Example("/voice", other=OWN),
    "GET /voice/{brand}": Example("/voice/{brand}"),
    "POST /voice/{brand}": Example("/voice/{brand}", LEADS, body={"version": "{voice.version}", "rules": "{rules}"}),
    "GET /channels": Example("/channels?brand={brand}", MANAGERS),
    "GET /channels/{brand}/connect": Example("/channels/{brand}/connect?platform=webhook", LEADS),
    "POST /channels/{brand}/connect":
        Example("/channels/{brand}/connect", LEADS, body={"platform": "file", "channel": "paper-{number}"}),
    "POST /channels/{brand}/try": Example("/channels/{brand}/try", LEADS, body={"platform": "file", "channel": "*"}),
    "GET /channels/{brand}/accounts/{channel}":
        Example("/channels/{brand}/accounts/{connected.channel}", MANAGERS),
    "POST /channels/{brand}/accounts/{channel}/test":
        Example("/channels/{brand}/accounts/{connected.channel}/test", LEADS, body={}),
    "POST /channels/{brand}/accounts/{channel}/disconnect":
        Example("/channels/{brand}/accounts/{connected.channel}/disconnect", LEADS, body={}),
    "POST /channels/{brand}/sending/stop": Example("/channels/{brand}/sending/stop", LEADS, body={}),
    "POST /channels/{brand}/sending/resume": Example("/channels/{brand}/sending/resume", LEADS, body={}),
    "POST /channels/{brand}/sending/quiet-hours": Example("/channels/{brand}/sending/quiet-hours", LEADS, body={}),
    "GET /channels/{brand}/{act:path}": Example("/channels/{brand}/try", MANAGERS, OWN),
    "GET /audit": Example("/audit?brand={brand}", LEADS),
    "GET /audit/export": Example("/audit/export?brand={brand}", LEADS),
    "GET /policies": Example("/policies", other=OWN),
    "GET /policies/{brand}": Example("/policies/{brand}"),
    "POST /policies/{brand}": Example("/policies/{brand}", LEADS, body={"seen": "{policy_number}", "note": "none"}),
    "GET /welcome": Example("/welcome", other=OWN),
    "GET /welcome/practice": Example("/welcome/practice", other=OWN),
    "POST /welcome/practice": Example("/welcome/practice", body={"brand": "{brand}"}),
    "GET /welcome/practice/{run_id}": Example("/welcome/practice/{practice.id}"),
    "POST /welcome/practice/{run_id}":
        Example("/welcome/practice/{practice.id}", body={"number": "0", "given": "send"}),
    "GET /overview": Example("/overview?brand={brand}", MANAGERS),
}  # fmt: skip

_PAIR = {"before": "r1", "after": "r2"}
_BESIDE = "before=r1&after=r2"
EVALUATION = {
    f"{method} /evaluation{route}": Example(f"/evaluation{example.path}", example.may, example.other, example.body,
                                            example.refused)
    for (method, route), example in {
        ("GET", ""): Example("", MANAGERS, OWN),
        ("GET", "/runs/new"): Example("/runs/new", LEADS, OWN),
        ("POST", "/runs"): Example("/runs", LEADS, 422, {"cases": "{cases}"}),  # the form offers what one sees
        ("GET", "/jobs/{job_id}"): Example("/jobs/{job}", LEADS),
        ("POST", "/jobs/{job_id}/{act}"): Example("/jobs/{waiting_job.id}/stop", LEADS, body={}),
        ("GET", "/bring/{kind}"): Example("/bring/cases", LEADS, OWN),
        ("POST", "/bring/{kind}"): Example("/bring/cases", LEADS, 404, {"brand": "{brand}", "title": "Ours"}),
        ("GET", "/uploads/{token}"): Example("/uploads/{upload}", LEADS),
        ("POST", "/uploads/{token}"): Example("/uploads/{upload}", LEADS, body={
            "act": "keep", "map-text": "text", "map-template_id": "template_id"}),
        ("POST", "/cases/from-item/{item_id}"):
            Example("/cases/from-item/{approved.id}", MANAGERS, body={"act": "keep"}),
        ("GET", "/runs/{run_id}"): Example("/runs/r1", LEADS),
        ("GET", "/runs/{run_id}/case"): Example("/runs/r1/case?id=c1", LEADS),
        ("GET", "/runs/{run_id}/export/{file_format}"): Example("/runs/r1/export/json", LEADS),
        ("GET", "/compare"): Example(f"/compare?{_BESIDE}", LEADS),
        ("POST", "/compare/pairs"): Example("/compare/pairs", LEADS, body=_PAIR),
        ("GET", "/compare/export"): Example(f"/compare/export?{_BESIDE}", LEADS),
        ("GET", "/compare/pairs/export"): Example(f"/compare/pairs/export?{_BESIDE}", LEADS),
        ("GET", "/label"): Example("/label", MANAGERS, OWN),
        ("GET", "/label/{batch}"): Example("/label/{batch}", MANAGERS),
        ("POST", "/label/{batch}"): Example("/label/{batch}", MANAGERS, body={"case_id": "c1", "label": "send-ready"}),
        ("POST", "/label/{batch}/undo"): Example("/label/{batch}/undo", MANAGERS, body={}),
        ("GET", "/runs/{run_id}/labels"): Example("/runs/r1/labels", LEADS),
        ("GET", "/runs/{run_id}/labels/export"): Example("/runs/r1/labels/export", LEADS),
        ("GET", "/pairs/{batch}"): Example("/pairs/{pair}", MANAGERS),
        ("POST", "/pairs/{batch}"): Example("/pairs/{pair}", MANAGERS, body={"case_id": "c1", "preferred": "tie"}),
        ("POST", "/pairs/{batch}/undo"): Example("/pairs/{pair}/undo", MANAGERS, body={}),
        ("GET", "/{kind}/{name}"): Example("/cases/{cases}", MANAGERS),
        ("POST", "/{kind}/{name}/remove"): Example("/templates/{spare_set}/remove", LEADS, body={}),
        ("GET", "/{kind}/{name}/export/{file_format}"): Example("/cases/{cases}/export/jsonl", MANAGERS),
    }.items()
}  # fmt: skip

ROUTES: dict[str, Example] = API | OPERATIONS | PEOPLE | QUEUE | LEAD | EVALUATION
