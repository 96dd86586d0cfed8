"""The tools, all that there are: each reads what its person may read, in a transaction that keeps nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

from replyassist import __version__
from replyassist.brands.repository import list_brands
from replyassist.core.accounts import Principal
from replyassist.core.errors import Forbidden, ReplyassistError
from replyassist.core.security import ASSISTANT_SCOPES
from replyassist.proposing import Proposer
from replyassist.retrieval.searching import SearchBody, search
from replyassist.review.list_order import QueueFilter, Sort
from replyassist.review.models import ReviewStatus
from replyassist.review.reading import item_detail, queue_page
from replyassist.suggestions import MessageText, SuggestionBody, Visibility, suggestion

from . import views
from .strangers import NOTE

Call = Context[Any, Any]
Who = Callable[[Call], Principal]
"""Tells whose call it is; raises what the assistant is to be told."""
BRANDS = 200
PAGE = 50
INSTRUCTIONS = (
    "Drafts replies to a brand's customers from the brand's approved templates, and reads the queue in which people "
    "decide on drafts. Nothing here approves, edits, rejects or sends: a person does that in the console. " + NOTE
)
_NO_NUL = r"^[^\x00]*$"
BrandId = Annotated[str, Field(max_length=60, pattern=_NO_NUL, description="The brand's id, as list_brands tells it.")]
Channel = Annotated[str, Field(max_length=60, pattern=_NO_NUL, description="The platform, such as instagram or email.")]
Seen = Annotated[Visibility, Field(description="public for a comment, private for a direct message.")]
ReviewId = Annotated[int, Field(ge=1, le=2**31 - 1, description="The review_id that list_queue tells.")]
Text = Annotated[MessageText, Field(description="What the customer wrote.")]


def require_assistant(who: Principal) -> None:
    """Raise Forbidden for somebody whose token may more than an assistant should: it could be used at any other door.

    The scopes that a token may have are ``ASSISTANT_SCOPES``; a tool whose scope it lacks refuses by itself.
    """
    if not who.permissions <= ASSISTANT_SCOPES:
        scopes = " ".join(f"--scope {scope}" for scope in sorted(ASSISTANT_SCOPES))
        raise Forbidden(
            f"this token may more than draft and read, which an assistant must not; make one with: replyassist token "
            f"create EMAIL --name assistant {scopes}"
        )


class Tools:
    """What an assistant can do. Every method but these is private; each is one tool, named like it."""

    def __init__(self, proposer: Proposer, who: Who) -> None:
        self._proposer, self._database, self._clock = proposer, proposer.database, proposer.clock
        self._who = who

    @contextmanager
    def _acting(self, call: Call) -> Iterator[Principal]:
        try:
            yield self._who(call)
        except ReplyassistError as error:
            raise ToolError(error.detail) from error

    def list_brands(self, call: Call) -> views.BrandsView:
        """The brands that you work for, at most 200."""
        with self._acting(call) as who, self._database.reading() as session:
            own = [brand for brand in list_brands(session) if who.sees(brand.id)]
            return views.BrandsView(brands=[views.BrandView(id=brand.id, name=brand.name) for brand in own[:BRANDS]])

    def draft_reply(
        self,
        call: Call,
        brand: BrandId,
        text: Text,
        channel: Channel = "instagram",
        visibility: Seen = "public",
        author_name: Annotated[str | None, Field(max_length=200, description="The customer's name.")] = None,
        parent_text: Annotated[
            str | None, Field(max_length=10_000, description="The post that the message answers.")
        ] = None,
        instruction: Annotated[
            str | None, Field(max_length=500, description="What the draft should do differently: shorter, for example.")
        ] = None,
    ) -> views.DraftView:
        """Draft a reply to a message from the brand's templates, and check it. It is neither kept, queued nor sent."""
        body = SuggestionBody(
            brand=brand,
            text=text,
            channel=channel,
            visibility=visibility,
            author_name=author_name,
            parent_text=parent_text,
            instruction=instruction,
        )
        with self._acting(call) as who:
            return views.draft_of(suggestion(self._proposer, who, body))

    def search_templates(
        self,
        call: Call,
        brand: BrandId,
        text: Text,
        channel: Channel = "instagram",
        visibility: Seen = "public",
        limit: Annotated[int, Field(ge=1, le=20)] = 3,
    ) -> views.MatchedTemplatesView:
        """Find the brand's reply templates that may answer a message, the likeliest first."""
        body = SearchBody(brand=brand, text=text, channel=channel, visibility=visibility, limit=limit)
        with self._acting(call) as who:
            found = search(self._proposer.registry, self._database, who, body, now=self._clock.now())
            return views.templates_of(found)

    def list_queue(
        self,
        call: Call,
        brand: Annotated[BrandId | None, Field(description="One brand; without it all of yours.")] = None,
        status: Annotated[list[ReviewStatus] | None, Field(max_length=10, description="Without it: any.")] = None,
        words: Annotated[
            str, Field(max_length=200, pattern=_NO_NUL, description="Words of author, message or template.")
        ] = "",
        sort: Sort = Sort.URGENCY,
        limit: Annotated[int, Field(ge=1, le=PAGE)] = 20,
        cursor: Annotated[str | None, Field(max_length=60, description="next_cursor of the page before.")] = None,
    ) -> views.QueuePageView:
        """List the queue of messages with drafts, the most urgent first."""
        wanted = QueueFilter(
            brands=frozenset(), statuses=tuple(one.value for one in status or ()), text=words, sort=sort
        )
        now = self._clock.now()
        with self._acting(call) as who, self._database.reading() as session:
            page = queue_page(session, who, wanted, brand=brand, cursor=cursor, limit=limit, now=now)
            return views.rows_of(page)

    def read_item(self, call: Call, review_id: ReviewId) -> views.QueueItemView:
        """Read one item of the queue: the message, its conversation, the draft, its templates and what checks say."""
        with self._acting(call) as who, self._database.reading() as session:
            found = item_detail(session, who, review_id, now=self._clock.now())
            return views.item_of(found, decide_at=self._address(review_id))

    def item_outcome(self, call: Call, review_id: ReviewId) -> views.OutcomeView:
        """Say what became of an item: its status, the text that a person approved, and all that happened to it."""
        with self._acting(call) as who, self._database.reading() as session:
            found = item_detail(session, who, review_id, now=self._clock.now())
            return views.outcome_of(found, decide_at=self._address(review_id))

    def _address(self, review_id: int) -> str:
        return f"{self._proposer.settings.public_url.rstrip('/')}/queue/{review_id}"


def assistant_server(proposer: Proposer, who: Who) -> MCPServer[Any]:
    """The server with these tools and nothing else."""
    server: MCPServer[Any] = MCPServer(
        "replyassist", instructions=INSTRUCTIONS, version=__version__, log_level="WARNING", subscriptions=False
    )
    tools = Tools(proposer, who)
    harmless = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)
    for tool in (
        tools.list_brands,
        tools.draft_reply,
        tools.search_templates,
        tools.list_queue,
        tools.read_item,
        tools.item_outcome,
    ):
        server.add_tool(tool, annotations=harmless)
    return server
