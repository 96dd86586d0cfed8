"""Personal data stays here: the model sees placeholders, and only what belongs into the reply is put back."""

from __future__ import annotations

from dataclasses import dataclass

from replyassist.drafting.names import first_name
from replyassist.pipeline.inputs import Inbound
from replyassist.privacy import Kind, Vault

BELONGS_INTO_A_PRIVATE_REPLY = frozenset({Kind.ORDER})


@dataclass(frozen=True)
class Hidden:
    """A message as a model may see it."""

    text: str
    parent_text: str | None
    author_name: str | None
    vault: Vault
    name_placeholder: str
    name: str

    def restore(self, text: str, *, is_private: bool) -> str:
        """Put back the author's first name, and in a private reply their order number; all else stays hidden."""
        if self.name_placeholder:
            text = text.replace(self.name_placeholder, self.name)
        return self.vault.restore(text, kinds=BELONGS_INTO_A_PRIVATE_REPLY) if is_private else text


def hide(message: Inbound, *, hides_name: bool) -> Hidden:
    """Placeholders for the personal data of the message and the post; for the author's name only when asked to."""
    name = first_name(message.author_name) or ""
    vault = Vault(names=(message.author_name,) if message.author_name else ())
    placeholder = vault.hide(name) if name else ""
    text = vault.hide(message.text)
    parent = vault.hide(message.parent_text) if message.parent_text else None
    known_as = (placeholder if hides_name else name) or None
    return Hidden(text, parent, known_as, vault, placeholder if placeholder.startswith("[") else "", name)
