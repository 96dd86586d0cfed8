"""The way of a comment on Bluesky: on the whole network, or on a server that speaks as it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.channels.peers.between import between, http_request
from tests.channels.peers.bluesky import PASSWORD
from tests.channels.peers.bluesky_network import Person

from .walk import Far, Walk, walking


class Network(Far):
    """Tom comments on a post of ours; what stands below his comment is asked of the index and of our repository."""

    channel = "bluesky"
    above = "New roast is out!"

    def __init__(self, server: str) -> None:
        self.us, self._tom = Person(server, "brand"), Person(server, "tom")

    def close(self) -> None:
        """End connections."""
        self.us.close()
        self._tom.close()

    def write(self, text: str) -> str:
        asked = self._tom.post(text, to=self.us.post(self.above))
        self.us.notified_of(asked["uri"])
        return str(asked["uri"])

    def answers(self, message_id: str) -> list[str]:
        kept = [each for each in self.us.records() if _parent(each["value"]) == message_id]
        for each in kept:
            self._tom.notified_of(each["uri"])  # now the index has it too
        shown = self._tom.thread(message_id).get("replies") or []
        assert sorted(each["post"]["uri"] for each in shown) == sorted(each["uri"] for each in kept)
        return [each["post"]["record"]["text"] for each in shown]


def _parent(record: dict[str, dict[str, dict[str, str]]]) -> str:
    return record.get("reply", {}).get("parent", {}).get("uri", "")


@contextmanager
def bluesky_walk(server: str, folder: Path, say: Callable[[str], None]) -> Iterator[Walk]:
    """A brand with an account, whose home (``server``, an address) is reached by way of us."""
    home = urlsplit(server)
    with closing(Network(server)) as far, walking(folder, far, say) as walk:
        target = (str(home.hostname), int(home.port or 80))
        with between(target, http_request, walk.steps.reached) as port:
            walk.connect(handle=far.us.handle, password=PASSWORD, server=f"http://127.0.0.1:{port}")
            yield walk
