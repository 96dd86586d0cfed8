"""What a person gives to sign in with: completed, held to what it may be, and tried at the platform."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from replyassist.core.database import Database
from replyassist.core.digests import text_digest
from replyassist.core.errors import ConfigurationError, InvalidInput, ReplyassistError

from . import repository
from .account import Account, Check, Runtime, Tested
from .given import complete
from .inside import NO_ADDRESS, NO_USER_INFO, REFUSAL, has_user_info, is_address, is_inside
from .port import Adapter
from .vault import Vault

logger = logging.getLogger(__name__)
MARK = "of what was given"
"""Beside renewed credentials: what they were made of."""


@dataclass(frozen=True)
class SignInTrial:
    """Tries credentials, and keeps nothing. No transaction is open while the platform is called."""

    database: Database
    vault: Vault
    runtime: Runtime

    def remembered(
        self, session: Session, brand_id: str, channel: str, adapter: Adapter, tested: Tested
    ) -> dict[str, str]:
        """What was learnt of the account before it is signed in again; nothing of another one."""
        was = repository.find_connection(session, brand_id, channel)
        if was is None or not was.sealed or (was.platform, was.account) != (adapter.traits.name, tested.account):
            return {}
        try:
            known = self.vault.open(was.sealed)
        except ConfigurationError:
            return {}
        return {name: known[name] for name in adapter.remembers if name in known}

    def given(
        self, brand_id: str, channel: str, adapter: Adapter, credentials: Mapping[str, str], renewed: str
    ) -> tuple[dict[str, str], str]:
        """The credentials, as trying the same ones before has renewed them, and a mark of what was given."""
        given = self._complete(adapter, {**credentials, **self._made_before(brand_id, channel, adapter, credentials)})
        mark = text_digest(json.dumps([brand_id, channel, adapter.traits.name, sorted(given.items())]))
        try:
            known = dict(self.vault.open(renewed))
        except ConfigurationError:
            known = {}
        return (known if known.pop(MARK, "") == mark else given), mark

    def _made_before(
        self, brand_id: str, channel: str, adapter: Adapter, credentials: Mapping[str, str]
    ) -> dict[str, str]:
        """The secrets of our making that the channel has, and that were left empty."""
        empty = [each.name for each in adapter.fields if each.made is not None and not credentials.get(each.name)]
        with self.database.reading() as session:
            present = repository.find_connection(session, brand_id, channel) if empty else None
        if present is None or not present.sealed or present.platform != adapter.traits.name:
            return {}
        try:
            known = self.vault.open(present.sealed)
        except ConfigurationError:
            return {}
        return {name: known[name] for name in empty if name in known}

    def _complete(self, adapter: Adapter, credentials: Mapping[str, str]) -> dict[str, str]:
        """The credentials with defaults filled in; raise InvalidInput for what is missing, too much or inside."""
        given = complete(adapter, credentials)
        for name in (each.name for each in adapter.fields if each.is_server):
            if given[name] and not is_address(given[name]):
                raise InvalidInput(NO_ADDRESS, field=name)
            if has_user_info(given[name]):
                raise InvalidInput(NO_USER_INFO, field=name)
            if not self.runtime.allows_inside and is_inside(given[name]):
                raise InvalidInput(REFUSAL, field=name)
        return given

    def tested(self, adapter: Adapter, account: Account) -> Tested:
        """What works; a platform that answers in another way than it should is one that does not."""
        if adapter.platform is None:
            return Tested((Check("credentials", is_ok=True, detail="nothing to sign in to"),))
        try:
            platform = adapter.platform(account, self.runtime)
            try:
                return platform.test()
            finally:
                platform.close()
        except ReplyassistError as error:
            return refused(error)
        except (LookupError, TypeError, AttributeError, ValueError) as error:
            logger.warning("a test of %s met an answer of another shape: %s", account.channel, type(error).__name__)
            detail = f"the answer is not one of {adapter.traits.title}'s: look at the server's address"
            return Tested((Check("sign-in", is_ok=False, detail=detail),))


def refused(error: ReplyassistError) -> Tested:
    """What an error says of signing in."""
    return Tested((Check("sign-in", is_ok=False, detail=error.detail),))
