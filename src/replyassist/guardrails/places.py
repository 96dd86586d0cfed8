"""Countries and parts of the world by their English names, so that a place is known without its capital letter."""

from __future__ import annotations

import re

_LISTING = """
    afghanistan albania algeria andorra angola argentina armenia australia austria azerbaijan bahrain bangladesh
    belarus belgium belize benin bhutan bolivia bosnia botswana brazil britain bulgaria burundi cambodia cameroon
    canada chile colombia congo croatia cuba cyprus czechia denmark ecuador egypt england estonia ethiopia fiji
    finland france gabon germany ghana greece greenland guatemala haiti honduras hungary iceland india indonesia
    iran iraq ireland israel italy jamaica japan kazakhstan kenya kosovo kuwait latvia lebanon liberia libya
    liechtenstein lithuania luxembourg madagascar malawi malaysia maldives malta mexico moldova monaco mongolia
    montenegro morocco mozambique namibia nepal netherlands nicaragua nigeria norway oman pakistan panama paraguay
    peru philippines poland portugal qatar romania russia rwanda scotland senegal serbia singapore slovakia slovenia
    somalia spain sudan sweden switzerland syria taiwan tanzania thailand tunisia uganda ukraine uruguay uzbekistan
    venezuela vietnam wales yemen zambia zimbabwe europe asia africa america australasia scandinavia
"""
_OF_TWO_WORDS = (
    "united kingdom", "united states", "northern ireland", "new zealand", "south africa", "saudi arabia", "costa rica",
    "czech republic", "dominican republic", "el salvador", "hong kong", "ivory coast", "north macedonia", "puerto rico",
    "sierra leone", "south korea", "north america", "south america", "middle east", "united arab emirates", "sri lanka",
)  # fmt: skip

PLACE = re.compile(rf"(?<!\w)(?:{'|'.join((*_OF_TWO_WORDS, *_LISTING.split()))})(?!\w)")
"""Finds a place in a folded text; names that are everyday words as well (turkey, china, jordan) are left out."""
