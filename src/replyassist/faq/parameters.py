"""The parameters that calls about templates have in common."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

NO_NUL = r"^[^\x00]*$"
BrandQuery = Annotated[str, Query(max_length=60, pattern=NO_NUL, description="The brand, by its id.")]
TemplateId = Annotated[str, Path(min_length=1, max_length=200, pattern=NO_NUL, description="The template's id.")]
