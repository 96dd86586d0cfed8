"""Brings labelled cases and templates in: choose files, map their columns, see what is wrong, keep what is good."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Path, Request, Response, UploadFile

from replyassist.core.accounts import Principal
from replyassist.core.errors import InvalidInput, NotFound, PayloadTooLarge, ReplyassistError
from replyassist.core.security import Permission
from replyassist.evaluation.upload_files import ACCEPTED, MAXIMUM_BYTES, UploadKind
from replyassist.evaluation.upload_preview import FIELDS_OF, UploadPreview
from replyassist.evaluation.uploads import Checked, Upload, Uploads

from ..pages import see_other
from ..rendering import typed
from ..visits import ActingVisitDep, Visit, VisitDep
from .shared import EVALUATION, EvaluationRoute, HomeDep, address, brands_of

router = APIRouter(prefix=EVALUATION, route_class=EvaluationRoute, include_in_schema=False)

PROBLEMS_SHOWN = 50
NOTHING = UploadPreview((), (), {}, needs_map=False)
FIRST_FIELDS = {
    UploadKind.CASES: (
        "text",
        "template_id",
        "id",
        "route",
        "reply",
        "must_include",
        "must_not_include",
        "author_name",
    ),
    UploadKind.TEMPLATES: ("reply", "id", "title", "questions"),
}
NEEDED = {UploadKind.CASES: ("text", "template_id"), UploadKind.TEMPLATES: ("reply",)}
Token = Annotated[str, Path(min_length=16, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
KindPath = Annotated[UploadKind, Path()]


@router.get("/bring/{kind}")
def show_form(visit: VisitDep, kind: KindPath) -> Response:
    """Which files, and of which brand."""
    visit.principal.require(Permission.EVALUATE)
    return _form(visit, kind)


@router.post("/bring/{kind}")
def receive(
    visit: ActingVisitDep,
    home: HomeDep,
    kind: KindPath,
    files: Annotated[list[UploadFile], File()],
    brand: Annotated[str, Form(max_length=60)] = "",
    title: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Take files in, and go on to look at them."""
    visit.principal.require(Permission.EVALUATE)
    try:
        visit.principal.require_brand(brand)
        given = [file for file in files if file.filename]
        upload = Uploads(home).receive(
            kind, given, user_id=visit.principal.user_id, brand=brand, title=typed(title), now=visit.now
        )
    except (InvalidInput, PayloadTooLarge, NotFound) as error:
        return _form(visit, kind, error=error, title=typed(title), brand=brand)
    return see_other(f"{EVALUATION}/uploads/{upload.token}")


@router.get("/uploads/{token}")
def show_upload(visit: VisitDep, home: HomeDep, token: Token) -> Response:
    """The first rows, and which column holds what."""
    visit.principal.require(Permission.EVALUATE)
    uploads = Uploads(home)
    upload = uploads.find(token, user_id=visit.principal.user_id)
    try:
        preview = uploads.preview(upload)
    except InvalidInput as unreadable:
        return _look(visit, upload, NOTHING, {}, error=unreadable)
    checked, error = _check(uploads, upload, visit.principal, dict(preview.guess))
    return _look(visit, upload, preview, dict(preview.guess), checked=checked, error=error)


async def _told(request: Request) -> dict[str, str]:
    """The fields of the form: their names follow from the kind of the files."""
    return {name: typed(str(value)) for name, value in (await request.form()).items()}


@router.post("/uploads/{token}")
def check_or_keep(
    visit: ActingVisitDep, home: HomeDep, token: Token, told: Annotated[dict[str, str], Depends(_told)]
) -> Response:
    """Check the files with this map; with ``act=keep`` keep what is good and go on to it."""
    visit.principal.require(Permission.EVALUATE)
    uploads = Uploads(home)
    upload = uploads.find(token, user_id=visit.principal.user_id)
    if told.get("act") == "discard":
        uploads.discard(upload)
        return see_other(EVALUATION)
    try:
        preview = uploads.preview(upload)
    except InvalidInput as unreadable:
        return _look(visit, upload, NOTHING, {}, error=unreadable)
    fields = FIELDS_OF[upload.kind]
    chosen = {field: told.get(f"map-{field}", "") for field in fields}
    column_map = {field: column for field, column in chosen.items() if column and column in preview.columns}
    checked, error = _check(uploads, upload, visit.principal, column_map)
    left_out_is_fine = checked is not None and (not checked.left_out or told.get("leave_out") == str(checked.left_out))
    if told.get("act") == "keep" and checked is not None and checked.good and left_out_is_fine:
        info = uploads.keep(upload, checked, by=visit.principal.name, now=visit.now)
        return see_other(address(f"/{upload.kind}/{info.name}", kept=1))
    return _look(visit, upload, preview, column_map, checked=checked, error=error)


def _check(
    uploads: Uploads, upload: Upload, principal: Principal, column_map: dict[str, str]
) -> tuple[Checked | None, ReplyassistError | None]:
    try:
        return uploads.check(upload, column_map, sees=principal.sees), None
    except InvalidInput as error:
        return None, error


def _look(
    visit: Visit,
    upload: Upload,
    preview: UploadPreview,
    column_map: dict[str, str],
    *,
    checked: Checked | None = None,
    error: ReplyassistError | None = None,
) -> Response:
    first = FIRST_FIELDS[upload.kind]
    return visit.page(
        "evaluation/upload.html",
        status=422 if error else 200,
        upload=upload,
        preview=preview,
        column_map=column_map,
        first_fields=first,
        other_fields=[field for field in FIELDS_OF[upload.kind] if field not in first],
        needed=NEEDED[upload.kind],
        checked=checked,
        problems=checked.problems[:PROBLEMS_SHOWN] if checked else (),
        more_problems=max(0, len(checked.problems) - PROBLEMS_SHOWN) if checked else 0,
        error=error,
    )


def _form(
    visit: Visit, kind: UploadKind, *, error: ReplyassistError | None = None, title: str = "", brand: str = ""
) -> Response:
    return visit.page(
        "evaluation/bring.html",
        status=error.status if error else 200,
        kind=kind,
        brands=brands_of(visit.database, visit.principal),
        accepted=",".join(ACCEPTED[kind]),
        megabytes=MAXIMUM_BYTES // 1024 // 1024,
        error=error,
        title=title,
        brand=brand,
    )
