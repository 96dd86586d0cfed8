"""Typed placeholders: a language model works with them, and the values stay here."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Sequence

from replyassist.privacy.find import find
from replyassist.privacy.kinds import PersonalData, PersonalDataKind
from replyassist.privacy.links import is_personal_link

ALL_KINDS = frozenset(PersonalDataKind)
_PLACEHOLDER = re.compile(rf"\[\s?({'|'.join(PersonalDataKind)})[ _]?(\d{{1,4}})\s?\]", re.IGNORECASE)
_LOOSE = re.compile(r"[\s()./-]+")


class PlaceholderVault:
    """The personal data of one conversation; hide every text of it with the same vault.

    Placeholders such as "[EMAIL_1]" count by kind, in the order in which values first appear, and say nothing of
    the value: texts that differ only in personal data are the same once hidden. ``names`` are names that are known
    from elsewhere, such as the author's; ``kinds`` says what is hidden at all.
    """

    def __init__(self, *, names: Sequence[str] = (), kinds: Collection[PersonalDataKind] = ALL_KINDS) -> None:
        self._names = tuple(names)
        self._kinds = frozenset(kinds)
        self._placeholders: dict[tuple[PersonalDataKind, str], str] = {}
        self._values: dict[str, PersonalData] = {}

    def hide(self, text: str) -> str:
        """The text with placeholders for personal data.

        Give original texts: a placeholder that somebody typed gets round brackets, so that nobody can ask for a value
        by guessing its placeholder.
        """
        found = [item for item in find(text, names=self._names) if self._hides(item)]
        pieces: list[str] = []
        position = 0
        for item in found:
            pieces += [_disarm(text[position : item.start]), self._placeholder_of(item)]
            position = item.end
        return "".join([*pieces, _disarm(text[position:])])

    def restore(self, text: str, *, kinds: Collection[PersonalDataKind]) -> str:
        """Put back the values of these kinds; every other placeholder, also an invented one, stays as it is."""

        def value(match: re.Match[str]) -> str:
            kept = self._values.get(f"[{match[1].upper()}_{match[2]}]")
            return kept.text if kept is not None and kept.kind in kinds else match[0]

        return _PLACEHOLDER.sub(value, text)

    def placeholder_for(self, kind: PersonalDataKind, value: str) -> str:
        """The placeholder of a value that is known from elsewhere, whether or not it would be found in a text."""
        return self._placeholder_of(PersonalData(kind, 0, len(value), value))

    def _hides(self, item: PersonalData) -> bool:
        return item.kind in self._kinds and tells_of_somebody(item)

    def _placeholder_of(self, item: PersonalData) -> str:
        key = (item.kind, canonical(item))
        if key not in self._placeholders:
            number = 1 + sum(kind is item.kind for kind, _ in self._placeholders)
            placeholder = f"[{item.kind}_{number}]"
            self._placeholders[key] = placeholder
            self._values[placeholder] = item
        return self._placeholders[key]


def tells_of_somebody(item: PersonalData) -> bool:
    """Whether what was found is a person's: plain links and this machine's own addresses are nobody's."""
    if item.kind is PersonalDataKind.URL:
        return is_personal_link(item.text)
    if item.kind is PersonalDataKind.IP:
        address = ipaddress.ip_address(item.text)
        return not (address.is_loopback or address.is_unspecified)
    return True


def canonical(item: PersonalData) -> str:
    """The same for two ways to write one value: case, spaces and the marks between digits do not count."""
    folded = item.text.casefold().strip()
    if item.kind in (
        PersonalDataKind.EMAIL,
        PersonalDataKind.URL,
        PersonalDataKind.NAME,
        PersonalDataKind.ADDRESS,
        PersonalDataKind.IP,
    ):
        return " ".join(folded.split())
    return _LOOSE.sub("", folded).lstrip("#+")


def scrub(text: str, *, names: Sequence[str] = (), kinds: Collection[PersonalDataKind] = ALL_KINDS) -> str:
    """The text with "[EMAIL]" and the like for personal data; nothing can bring it back."""
    pieces: list[str] = []
    position = 0
    for item in find(text, names=names):
        if item.kind not in kinds or not tells_of_somebody(item):
            continue
        pieces += [text[position : item.start], f"[{item.kind}]"]
        position = item.end
    return "".join([*pieces, text[position:]])


def _disarm(text: str) -> str:
    return _PLACEHOLDER.sub(lambda match: f"({match[0][1:-1]})", text)
