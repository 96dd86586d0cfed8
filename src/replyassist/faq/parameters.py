"""What the calls about templates have in common: their parameters, and who may make them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from replyassist.core.accounts import Principal
from replyassist.core.security import Permission

NO_NUL = r"^[^\x00]*$"
BrandQuery = Annotated[str, Query(max_length=60, pattern=NO_NUL, description="The brand, by its id.")]
TemplateId = Annotated[str, Path(min_length=1, max_length=200, pattern=NO_NUL, description="The template's id.")]


def require_for_brand(principal: Principal, permission: Permission, brand: str) -> None:
    """Raise Forbidden without the permission, NotFound for a brand that is not theirs."""
    principal.require(permission)
    principal.require_brand(brand)
