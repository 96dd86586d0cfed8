"""Facebook Pages: comments under the Page's posts, and Messenger, by webhooks."""

from __future__ import annotations

from ..account import Account, Runtime
from ..catching import EVERY_SECONDS
from ..meta import CHECKED_ON, HUMAN_AGENT, WINDOW, fields, granted
from ..port import Adapter, Inbound, Platform, Source
from ..traits import Proof, Repeat, Signature, Traits

TRAITS = Traits(
    name="facebook",
    title="Facebook Page and Messenger",
    repeat=Repeat.LOOK_UP,  # no key is taken
    private_window=WINDOW,
    poll_seconds=EVERY_SECONDS,  # a reading takes a call a post, and Meta counts calls by the hour
    signature=Signature.BODY,
    tells_parent=False,
    proof=Proof.DOCUMENTATION,
    proven_by="a stateful fake of the pages-api, graph-api and messenger-platform pages",
    checked_on=CHECKED_ON,
    reread=(
        "the API's version; the names of webhook fields; the lengths (8,000 and 2,000); "
        "where a reply to a reply lands; whether the ids of messages "
        "read are those of echoes; how soon a reply can be read; what is told of unsent messages; Require App Secret "
        "has to be off. What was missed is read of the newest 25 posts, and of the newest 20 messages of a conversation"
    ),
)


def _platform(account: Account, runtime: Runtime) -> Platform:
    from .send import FacebookPlatform

    return FacebookPlatform(account, runtime)


def _inbound(account: Account, runtime: Runtime) -> Inbound:
    from .inbound import FacebookInbound

    return FacebookInbound(account, runtime)


def _source(account: Account, runtime: Runtime) -> Source:
    from .inbound import FacebookInbound
    from .source import FacebookSource

    return FacebookSource(account, runtime, FacebookInbound(account, runtime))


ADAPTER = Adapter(
    TRAITS,
    fields=(
        *fields(
            "https://graph.facebook.com/v25.0",
            "A Page access token of a long-lived user token, with the permissions pages_manage_metadata, "
            "pages_read_engagement, pages_read_user_content, pages_manage_engagement and pages_messaging.",
        ),
        HUMAN_AGENT,
    ),
    platform=_platform,
    traits_of=granted,
    inbound=_inbound,
    source=_source,
)
