"""Personal data stays here: the model sees placeholders, and only what belongs into the reply is put back."""

from __future__ import annotations

import re
from dataclasses import dataclass

from replyassist.core.plain_text import plain
from replyassist.drafting.names import first_name, may_be_person
from replyassist.inbox.inbound import InboundMessage
from replyassist.privacy import PersonalDataKind, PlaceholderVault

BELONGS_INTO_A_PRIVATE_REPLY = frozenset({PersonalDataKind.ORDER})
_SHORTEST_NAME = 2  # letters


@dataclass(frozen=True)
class Redactor:
    """Hides the personal data of one conversation from a model, and lifts what belongs into the reply.

    ``name`` is the author's first name, empty where there is none, and ``placeholder`` what stands for it;
    ``hidden_names`` are the parts of the author's name that the model must not see at all.
    """

    vault: PlaceholderVault
    name: str
    placeholder: str
    hidden_names: tuple[str, ...]

    @property
    def author_name(self) -> str | None:
        """How the model may call the author; None where nobody would greet them by name."""
        return (self.placeholder if self.hidden_names and self.name else self.name) or None

    def hide(self, text: str | None) -> str:
        """The text as a model may see it."""
        if not text:
            return ""
        covered = text
        for part in self.hidden_names:
            covered = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", _NAME_MARK, covered)
        return self.vault.hide(covered).replace(_NAME_MARK, self.placeholder)

    def restore(self, text: str, *, is_private: bool) -> str:
        """Put back the author's first name, and in a private reply their order number; all else stays hidden."""
        if self.name:
            text = text.replace(self.placeholder, self.name)
        return self.vault.restore(text, kinds=BELONGS_INTO_A_PRIVATE_REPLY) if is_private else text


_NAME_MARK = "\ue000"  # private use: no message keeps it, see redactor_for


def redactor_for(message: InboundMessage, *, hides_name: bool) -> Redactor:
    """The redactor for one message; ``hides_name``: the author's name must not reach the model either."""
    full_name = plain(message.author_name or "").replace(_NAME_MARK, "")
    name = first_name(full_name) or ""
    vault = PlaceholderVault(names=(full_name,) if full_name.strip() else ())
    hidden = _parts(f"{full_name} {full_name.title()}") if hides_name and may_be_person(full_name) else []
    placeholder = vault.placeholder_for(PersonalDataKind.NAME, name or full_name) if name or hidden else ""
    return Redactor(vault, name, placeholder, tuple(hidden))


def _parts(name: str) -> list[str]:
    """The parts of a name, the longest first, so that no part of a part is left."""
    return sorted(
        {part for part in re.findall(r"[\w'’-]+", name) if len(part) >= _SHORTEST_NAME}, key=len, reverse=True
    )
