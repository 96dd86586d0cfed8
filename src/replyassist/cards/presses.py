"""Reads what Slack tells of a press of a button."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from replyassist.channels import HookRequest
from replyassist.core.errors import InvalidInput


@dataclass(frozen=True)
class Press:
    """Who pressed which button of which message. ``team``: the workspace that they
    are of, which need not be the channel's. ``block``: the id of its block; ``choice``: picked in a menu."""

    team: str
    slack_user: str
    shown_as: str
    channel: str
    message: str
    action: str
    block: str
    choice: str


def press_of(request: HookRequest) -> Press | None:
    """The press in a request that was verified; None for other interactions. Raises InvalidInput.

    docs.slack.dev/reference/interaction-payloads/block_actions-payload
    """
    try:
        told: Mapping[str, Any] = json.loads(parse_qs(request.body.decode())["payload"][0])
        if told["type"] != "block_actions":
            return None
        user, action, container = told["user"], told["actions"][0], told["container"]
        return Press(
            team=str(user.get("team_id") or told["team"]["id"]),
            slack_user=str(user["id"]),
            shown_as=str(user.get("username") or user.get("name") or user["id"]),
            channel=str(container["channel_id"]),
            message=str(container["message_ts"]),
            action=str(action["action_id"]),
            block=str(action.get("block_id") or ""),
            choice=str((action.get("selected_option") or {}).get("value") or ""),
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidInput("not an interaction of Slack's") from error
