"""What each brand's people corrected, as the encoder that reads sees it: remembered by the process, never on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from replyassist.core.database import Database
from replyassist.core.embedding import Encoder
from replyassist.core.words import read
from replyassist.inbox.inbound import InboundMessage
from replyassist.triage import Kind
from replyassist.triage.corrections import Correction, Corrections, corrections_of
from replyassist.triage.reader import shipped_reader

from .models import KindCorrectionRow
from .repository import Revision, revision_of, standing

_Read = tuple[str, str, str | None, str]  # kind, text, the post above, visibility: all that a correction follows from


@dataclass(frozen=True)
class _Remembered:
    encoder: str
    revision: Revision
    read: Mapping[_Read, Correction | None]
    value: Corrections | None


@dataclass(frozen=True)
class CorrectionMemory:
    """Follows the database without a restart; only what is new is encoded."""

    _brands: dict[str, _Remembered] = field(default_factory=dict)

    def of(self, database: Database, brand_id: str, encoder: Encoder) -> Corrections | None:
        """Those that count for the brand now, as this encoder sees them; None without one, or where it does not read.

        No transaction is open while texts are encoded. Callers at once may encode the same texts twice.
        """
        known = self._brands.get(brand_id)
        with database.reading() as session:
            revision = revision_of(session, brand_id)
            if known is not None and (known.encoder, known.revision) == (encoder.model_digest, revision):
                return known.value
            rows = {_read_of(row): row for row in standing(session, brand_id)}
        kept = known.read if known is not None and known.encoder == encoder.model_digest else {}
        fresh = _corrections([row for key, row in rows.items() if key not in kept], encoder)
        found = {key: kept[key] if key in kept else fresh[key] for key in rows}
        value = corrections_of(encoder.model_digest, filter(None, found.values()))
        self._brands[brand_id] = _Remembered(encoder.model_digest, revision, found, value)
        return value


def _read_of(row: KindCorrectionRow) -> _Read:
    return row.kind, row.text, row.parent_text, row.visibility


def _corrections(rows: list[KindCorrectionRow], encoder: Encoder) -> dict[_Read, Correction | None]:
    """None for one where nothing was fitted to the encoder."""
    reader = shipped_reader()
    if not rows or encoder.model_digest not in reader.layers:
        return dict.fromkeys(map(_read_of, rows))
    return {
        _read_of(row): reader.correction(
            InboundMessage(row.text, visibility=row.visibility, parent_text=row.parent_text),
            told,
            encoder=encoder.model_digest,
            kind=Kind(row.kind),
            shown=row.shown,
        )
        for row, told in zip(rows, read(encoder, [row.text for row in rows]), strict=True)
    }
