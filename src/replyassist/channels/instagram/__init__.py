"""Instagram (API with Instagram Login): comments and private messages of a professional account, by webhooks."""

from __future__ import annotations

from ..account import Account, Runtime
from ..catching import EVERY_SECONDS
from ..meta import CHECKED_ON, HUMAN_AGENT, WINDOW, fields, granted
from ..port import Adapter, Inbound, Platform, Source
from ..traits import Proof, Repeat, Signature, Traits

TRAITS = Traits(
    name="instagram",
    title="Instagram",
    repeat=Repeat.LOOK_UP,  # no key is taken
    private_window=WINDOW,
    poll_seconds=EVERY_SECONDS,  # a reading takes a call a post, and Meta counts calls by the hour
    signature=Signature.BODY,
    tells_parent=False,
    proof=Proof.DOCUMENTATION,
    proven_by="a stateful fake of the instagram-platform pages (comments, webhooks, conversations-api)",
    checked_on=CHECKED_ON,
    reread=(
        "the API's version; the names of webhook fields; the lengths (2,200 and 1,000 bytes); "
        "whether the ids of messages read are those of echoes; "
        "how soon a reply can be read; the access levels. Edits and deletions come for messages, not for comments. "
        "A token lasts 60 days and is renewed every week. What was missed is read of the newest 25 posts, and of the "
        "newest 20 messages of a conversation"
    ),
)


def _platform(account: Account, runtime: Runtime) -> Platform:
    from .send import InstagramPlatform

    return InstagramPlatform(account, runtime)


def _inbound(account: Account, runtime: Runtime) -> Inbound:
    from .inbound import InstagramInbound

    return InstagramInbound(account, runtime)


def _source(account: Account, runtime: Runtime) -> Source:
    from .inbound import InstagramInbound
    from .source import InstagramSource

    return InstagramSource(account, runtime, InstagramInbound(account, runtime))


ADAPTER = Adapter(
    TRAITS,
    fields=(
        *fields(
            "https://graph.instagram.com/v25.0",
            "App dashboard, Instagram, API setup with Instagram login: with the permissions instagram_business_basic, "
            "instagram_business_manage_comments and instagram_business_manage_messages.",
        ),
        HUMAN_AGENT,
    ),
    platform=_platform,
    traits_of=granted,
    inbound=_inbound,
    source=_source,
)
