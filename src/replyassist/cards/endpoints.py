"""``/v1/cards/{brand}/{connection}``: where Slack sends presses of a card's buttons; the signature is the sign-in.

It is made with the secret of the deployment's app: who knows that of a brand's connection could press as anybody.
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from replyassist.channels import HookRequest
from replyassist.channels.connections import Connections
from replyassist.channels.hook_requests import read_hook
from replyassist.channels.slack.inbound import require_signed
from replyassist.core.errors import NotFound
from replyassist.core.http import PROBLEM_RESPONSES
from replyassist.inbox.schemas import Slug

from .clicks import Clicks
from .posting import cards_channel
from .presses import press_of

router = APIRouter(prefix="/v1/cards", tags=["hooks"], responses=PROBLEM_RESPONSES)


@router.post("/{brand}/{connection}", response_class=Response)
async def take_press(request: Request, brand: Slug, connection: Slug) -> Response:
    """Somebody pressed a button of a card in Slack (the Request URL of the app's interactivity)."""
    hook, state = await read_hook(request), request.app.state
    console = (state.settings.public_url or str(request.base_url)).rstrip("/")
    clicks = Clicks(state.connections, state.jobs, state.settings, console, state.proposer.entailment)
    await run_in_threadpool(_take, clicks, state.connections, brand, connection, hook)
    return Response()


def _take(clicks: Clicks, connections: Connections, brand: str, channel: str, hook: HookRequest) -> None:
    connection = connections.found(brand, channel)
    secret = connections.runtime.slack_signing_secret
    if not secret or connection.platform != "slack" or not cards_channel(connections, connection):
        raise NotFound("there are no cards by this connection")
    require_signed(hook, secret)
    if press := press_of(hook):
        clicks.take(connection, press)
