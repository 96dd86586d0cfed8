"""Personal data in texts: found, replaced by typed placeholders, and put back where it belongs."""

from replyassist.privacy.find import find
from replyassist.privacy.kinds import PersonalData, PersonalDataKind
from replyassist.privacy.links import is_personal_link
from replyassist.privacy.vault import ALL_KINDS, PlaceholderVault, canonical, scrub, tells_of_somebody

__all__ = [
    "ALL_KINDS",
    "PersonalData",
    "PersonalDataKind",
    "PlaceholderVault",
    "canonical",
    "find",
    "is_personal_link",
    "scrub",
    "tells_of_somebody",
]
