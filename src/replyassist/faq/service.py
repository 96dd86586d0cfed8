"""The templates of a brand: import, find, change, delete, and every version that there ever was.

Each call that changes something raises the brand's ``faq_revision`` by one, so that an index knows that it is old.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from replyassist.brands.models import Brand
from replyassist.brands.service import get_brand
from replyassist.core.errors import Conflict, InvalidInput, NotFound, VersionConflict

from . import repository
from .models import TemplateAct
from .repository import StoredTemplate, TemplateState
from .template import ReplyTemplate

ONE_BY_ONE = 20  # changed templates are read singly up to here, beyond with all others in one go


@dataclass(frozen=True)
class ImportResult:
    """What an import did, or would do: template ids."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def is_change(self) -> bool:
        """Whether anything is different afterwards."""
        return bool(self.added or self.changed or self.removed)

    @property
    def counts(self) -> dict[str, int]:
        """How many of each."""
        return {
            "added": len(self.added),
            "changed": len(self.changed),
            "unchanged": len(self.unchanged),
            "removed": len(self.removed),
        }


@dataclass(frozen=True)
class TemplateVersion:
    """One content that a template has or had."""

    version: str
    created_at: datetime
    is_current: bool
    template: ReplyTemplate


@dataclass(frozen=True)
class _Plan:
    fresh: list[ReplyTemplate]
    updates: list[tuple[int, ReplyTemplate]]
    row_ids_to_remove: list[int]
    acts: list[tuple[str, TemplateAct, str]]
    result: ImportResult


def import_templates(
    session: Session,
    brand_id: str,
    templates: Iterable[ReplyTemplate],
    *,
    now: datetime,
    replace: bool = False,
    by: str = "",
) -> ImportResult:
    """Add and change templates by their content; the same templates again touch no row. ``by``: who does it.

    ``replace`` takes those out of use that are not among ``templates``. Raise NotFound for an unknown brand and
    InvalidInput when an id comes twice.
    """
    brand = repository.lock_brand(session, brand_id)
    plan = _plan(repository.states(session, brand_id), templates, replace=replace)
    _apply(session, brand, plan, by=by, now=now)
    return plan.result


def preview_import(
    session: Session, brand_id: str, templates: Iterable[ReplyTemplate], *, replace: bool = False
) -> ImportResult:
    """What ``import_templates`` would do; changes nothing, and the brand need not exist yet."""
    return _plan(repository.states(session, brand_id), templates, replace=replace).result


def active_templates(session: Session, brand_id: str) -> list[ReplyTemplate]:
    """Every template in use, by id."""
    templates = [_template(stored.document) for stored in repository.active(session, brand_id)]
    return sorted(templates, key=lambda template: template.id)


def templates_by_version(
    session: Session, brand_id: str, *, known: Mapping[str, tuple[str, ReplyTemplate]]
) -> dict[str, tuple[str, ReplyTemplate]]:
    """Every template in use with its version, by id; those that are ``known`` in this version are not read again."""
    states = repository.states(session, brand_id).items()
    now = {template_id: state.version for template_id, state in states if state.is_active}
    new = [template_id for template_id, version in now.items() if known.get(template_id, ("",))[0] != version]
    if len(new) > ONE_BY_ONE:
        fresh = {stored.template_id: stored for stored in repository.active(session, brand_id)}
    else:
        fresh = {template_id: stored_template(session, brand_id, template_id) for template_id in new}
    found = {template_id: (fresh[template_id].version, _template(fresh[template_id].document)) for template_id in new}
    return {template_id: found.get(template_id) or known[template_id] for template_id in sorted(now)}


def stored_template(session: Session, brand_id: str, template_id: str) -> StoredTemplate:
    """A template in use, as stored; raise NotFound."""
    found = next(repository.active(session, brand_id, template_id=template_id), None)
    if found is None:
        raise _no_template(brand_id, template_id)
    return found


def get_template(session: Session, brand_id: str, template_id: str) -> ReplyTemplate:
    """A template in use; raise NotFound."""
    return _template(stored_template(session, brand_id, template_id).document)


def templates_in_use(session: Session, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], ReplyTemplate]:
    """Those of these templates that are in use, by brand and template id."""
    found = repository.in_use(session, keys) if keys else {}
    return {key: _template(document) for key, document in found.items()}


def add_template(
    session: Session, brand_id: str, template: ReplyTemplate, *, now: datetime, by: str = ""
) -> ReplyTemplate:
    """Add a template; raise Conflict when there is one with this id."""
    repository.lock_brand(session, brand_id)
    if current_version(session, brand_id, template.id) is not None:
        raise Conflict(f"the brand '{brand_id}' already has a template '{template.id}'")
    return put_template(session, brand_id, template, now=now, by=by)


def change_template(
    session: Session,
    brand_id: str,
    template: ReplyTemplate,
    *,
    now: datetime,
    expected_version: str | None = None,
    by: str = "",
) -> ReplyTemplate:
    """As ``put_template``, but raise NotFound when there is no such template (VersionConflict when one was seen)."""
    repository.lock_brand(session, brand_id)
    if expected_version is None and current_version(session, brand_id, template.id) is None:
        raise _no_template(brand_id, template.id)
    return put_template(session, brand_id, template, now=now, expected_version=expected_version, by=by)


def put_template(
    session: Session,
    brand_id: str,
    template: ReplyTemplate,
    *,
    now: datetime,
    expected_version: str | None = None,
    by: str = "",
) -> ReplyTemplate:
    """Store this content, whether the template exists or not; an older content put again is that older version.

    Raise VersionConflict when ``expected_version`` is given and is not the current one.
    """
    brand = repository.lock_brand(session, brand_id)
    state = repository.state(session, brand_id, template.id)
    _check_version(template.id, state, expected_version)
    plan = _plan({template.id: state} if state else {}, [template], replace=False)
    _apply(session, brand, plan, by=by, now=now)
    return template


def delete_template(
    session: Session,
    brand_id: str,
    template_id: str,
    *,
    now: datetime,
    expected_version: str | None = None,
    by: str = "",
) -> None:
    """Take a template out of use; its versions stay. Raise NotFound, or VersionConflict as ``put_template``."""
    brand = repository.lock_brand(session, brand_id)
    state = repository.state(session, brand_id, template_id)
    if state is None or not state.is_active:
        raise _no_template(brand_id, template_id)
    _check_version(template_id, state, expected_version)
    repository.deactivate(session, [state.row_id], now=now)
    done = [(template_id, TemplateAct.RETIRED, state.version)]
    repository.append_changes(session, brand_id, done, by=by, now=now)
    repository.raise_revision(session, brand)


def confirm_template(
    session: Session, brand_id: str, template_id: str, *, expected_version: str, by: str, now: datetime
) -> None:
    """Say that a template is still right as it stands. Raise NotFound, or VersionConflict as ``put_template``."""
    repository.lock_brand(session, brand_id)
    state = repository.state(session, brand_id, template_id)
    if state is None or not state.is_active:
        raise _no_template(brand_id, template_id)
    _check_version(template_id, state, expected_version)
    repository.confirm(session, state.row_id, now=now)
    done = [(template_id, TemplateAct.CONFIRMED, state.version)]
    repository.append_changes(session, brand_id, done, by=by, now=now)


def template_versions(session: Session, brand_id: str, template_id: str) -> list[TemplateVersion]:
    """Every content that a template ever had, newest first, also of a deleted one; raise NotFound when there never
    was one."""
    rows = repository.versions(session, brand_id, template_id)
    if not rows:
        raise NotFound(f"the brand '{brand_id}' never had a template '{template_id}'")
    current = current_version(session, brand_id, template_id)
    return [
        TemplateVersion(row.version, row.created_at, row.version == current, _template(row.document)) for row in rows
    ]


def current_version(session: Session, brand_id: str, template_id: str) -> str | None:
    """The version in use; None when the template is deleted or unknown."""
    state = repository.state(session, brand_id, template_id)
    return state.version if state and state.is_active else None


def faq_revision(session: Session, brand_id: str) -> int:
    """A number that grows whenever a template of the brand changes; raise NotFound."""
    return get_brand(session, brand_id).faq_revision


def _no_template(brand_id: str, template_id: str) -> NotFound:
    return NotFound(f"the brand '{brand_id}' has no template '{template_id}'")


def _plan(known: dict[str, TemplateState], templates: Iterable[ReplyTemplate], *, replace: bool) -> _Plan:
    fresh: list[ReplyTemplate] = []
    updates: list[tuple[int, ReplyTemplate]] = []
    added, changed, unchanged, seen = [], [], [], set()
    acts: list[tuple[str, TemplateAct, str]] = []
    for template in templates:
        if template.id in seen:
            raise InvalidInput(f"the id '{template.id}' comes twice", field="id")
        seen.add(template.id)
        state = known.get(template.id)
        if state is None:
            fresh.append(template)
            added.append(template.id)
            acts.append((template.id, TemplateAct.ADDED, template.version))
        elif not state.is_active:
            updates.append((state.row_id, template))
            added.append(template.id)
            acts.append((template.id, TemplateAct.BROUGHT_BACK, template.version))
        elif state.version != template.version:
            updates.append((state.row_id, template))
            changed.append(template.id)
            acts.append((template.id, TemplateAct.CHANGED, template.version))
        else:
            unchanged.append(template.id)
    removed = sorted(key for key, state in known.items() if replace and state.is_active and key not in seen)
    acts += [(key, TemplateAct.RETIRED, known[key].version) for key in removed]
    result = ImportResult(tuple(added), tuple(changed), tuple(unchanged), tuple(removed))
    return _Plan(fresh, updates, [known[key].row_id for key in removed], acts, result)


def _apply(session: Session, brand: Brand, plan: _Plan, *, by: str, now: datetime) -> None:
    if not plan.result.is_change:
        return
    repository.insert_templates(session, brand.id, plan.fresh, now=now)
    repository.update_templates(session, plan.updates, now=now)
    repository.deactivate(session, plan.row_ids_to_remove, now=now)
    touched = [*plan.fresh, *(template for _, template in plan.updates)]
    repository.append_versions(session, brand.id, touched, now=now)
    repository.append_changes(session, brand.id, plan.acts, by=by, now=now)
    repository.raise_revision(session, brand)


def _check_version(template_id: str, state: TemplateState | None, expected: str | None) -> None:
    current = state.version if state and state.is_active else None
    if expected is not None and current != expected:
        raise VersionConflict(
            f"the template '{template_id}' is not the version that you saw any more", current_version=current
        )


def _template(document: dict[str, Any]) -> ReplyTemplate:
    return ReplyTemplate.model_validate(document)
