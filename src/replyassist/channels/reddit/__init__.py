"""Reddit: the inbox, our own comments and those of given subreddits are read; replies are comments."""

from __future__ import annotations

from datetime import date, timedelta

from ..account import Account, Field, Runtime
from ..port import Adapter, Platform, Source
from ..traits import Budget, Proof, Repeat, Traits

TRAITS = Traits(
    name="reddit",
    title="Reddit",
    repeat=Repeat.LOOK_UP,
    find_lag=timedelta(minutes=1),  # not documented; waiting costs a minute, not a second reply
    budgets=(Budget(most=60, seconds=60),),  # for a client (github.com/reddit-archive/reddit/wiki/API), an old number
    tells_parent=False,
    proof=Proof.DOCUMENTATION,
    proven_by="a stateful fake of reddit.com/dev/api, with the shapes of answers that praw's own tests have recorded",
    checked_on=date(2026, 11, 27),
    reread=(
        "the Responsible Builder Policy (an app has to be approved); the limit of 100 or 60 requests a minute; 10,000 "
        "characters a comment (from memory); how soon a new comment is listed. Edits and deletions are seen of the "
        "newest 100 comments. Private messages, which Reddit moves to its chat, are not read; a reply is Markdown"
    ),
)


def _platform(account: Account, runtime: Runtime) -> Platform:
    from .send import RedditPlatform

    return RedditPlatform(account, runtime)


def _source(account: Account, runtime: Runtime) -> Source:
    from .source import RedditSource

    return RedditSource(account, runtime)


ADAPTER = Adapter(
    TRAITS,
    fields=(
        Field("username", "User name", "Of the account that answers, without u/.", is_secret=False),
        Field("client_id", "Client ID", "reddit.com/prefs/apps, below the app's name.", is_secret=False),
        Field("client_secret", "Client secret", "Beside the client ID."),
        Field(
            "refresh_token",
            "Refresh token",
            "From signing in once with permanent duration and the scopes identity, read, history, privatemessages, "
            "submit.",
        ),
        Field(
            "subreddits",
            "Subreddits",
            "Whose comments are read besides the inbox, with commas between them; empty for none.",
            is_secret=False,
            default="",
        ),
        Field("url", "API address", "", is_secret=False, default="https://oauth.reddit.com", is_server=True),
        Field(
            "token_url",
            "Token address",
            "",
            is_secret=False,
            default="https://www.reddit.com/api/v1/access_token",
            is_server=True,
        ),
    ),
    platform=_platform,
    source=_source,
)
