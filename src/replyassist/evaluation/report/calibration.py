"""One page that shows how true "how sure" was before a fit, and on cases that the fit did not see."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from replyassist.core.pages import page_environment, write_page
from replyassist.evaluation.report.page import PACKAGE, source_of
from replyassist.evaluation.report.sureness import PICTURE, view_of
from replyassist.evaluation.sureness import Sureness

CALIBRATION_PAGE = "calibration.html"


def write_calibration(
    named: Mapping[str, Sureness], folder: Path, *, threshold: float, encoder: str, made_at: datetime
) -> Path:
    """Write the pictures of each, under its name, as one self-contained HTML file; its path.

    ``threshold`` is the present one, ``encoder`` the digest of the model. Raise InvalidInput when it cannot be written.
    """
    environment = page_environment(PACKAGE)
    page = environment.get_template("calibration.html").render(
        views=[view_of(name, sureness, threshold=threshold) for name, sureness in named.items()],
        style=source_of(environment, "report.css"),
        size=PICTURE,
        encoder=encoder,
        made_at=made_at,
    )
    return write_page(page, folder / CALIBRATION_PAGE)
