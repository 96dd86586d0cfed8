"""What a message can be for the brand."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a message is for the brand; eval/reading/README.md defines each."""

    CRISIS = "crisis"
    AUTOMATIC_MAIL = "automatic_mail"
    OUR_OWN_WORDS = "our_own_words"
    SPAM = "spam"
    ABUSE = "abuse"
    TALK_TO_OTHERS = "talk_to_others"
    CLOSING = "closing"
    OWN_CASE = "own_case"
    IRONY = "irony"
    COMPLAINT = "complaint"
    QUESTION = "question"
    REQUEST = "request"
    PRAISE = "praise"
    STATEMENT = "statement"

    @property
    def words(self) -> str:
        """For people."""
        return self.value.replace("_", " ")


RISK_LABELS = frozenset(
    {
        "legal", "safety", "self_harm", "data_breach", "press", "discrimination", "refund_dispute", "impersonation",
        "vip", "competitor",
    }
)  # fmt: skip
"""What a message can be labelled with beside its kind; eval/reading/README.md defines each."""
ASKED_OF_US = frozenset({Kind.QUESTION, Kind.REQUEST})
BLAME = frozenset({Kind.IRONY, Kind.COMPLAINT})
