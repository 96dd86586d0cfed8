"""As sure as with many templates: tests look up a brand of one or two, which is held to answer little."""

from __future__ import annotations

from replyassist.core.embedding import Encoder
from replyassist.retrieval.confidence import Calibration
from replyassist.retrieval.fits import fit_for

ONE_TEMPLATE = 2.5  # what the log-odds of a lone template are lowered by


def sure_of_few(encoder: Encoder) -> Calibration:
    """The shipped calibration without what few templates cost."""
    shipped = fit_for(encoder.model_digest).calibration
    answerable = shipped.answerable.model_copy(update={"bias": shipped.answerable.bias + ONE_TEMPLATE})
    return shipped.model_copy(update={"encoder": encoder.model_digest, "answerable": answerable})
