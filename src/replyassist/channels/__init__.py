"""The platforms that messages come from and replies leave by, each a folder behind one port."""

from .account import Account, Check, Credentials, Field, Runtime, Tested
from .events import Deleted, Edited, Event, NewMessage, NotDelivered
from .notes import DraftNote, Notes
from .outgoing import OutgoingReply, Thread, ThreadPlace
from .port import Adapter, HookAnswer, HookRequest, Inbound, Platform, Pulled, Source
from .traits import Budget, Cost, Proof, Repeat, Signature, Traits

__all__ = [
    "Account",
    "Adapter",
    "Budget",
    "Check",
    "Cost",
    "Credentials",
    "Deleted",
    "DraftNote",
    "Edited",
    "Event",
    "Field",
    "HookAnswer",
    "HookRequest",
    "Inbound",
    "NewMessage",
    "NotDelivered",
    "Notes",
    "OutgoingReply",
    "Platform",
    "Proof",
    "Pulled",
    "Repeat",
    "Runtime",
    "Signature",
    "Source",
    "Tested",
    "Thread",
    "ThreadPlace",
    "Traits",
]
