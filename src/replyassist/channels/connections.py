"""Connecting a brand's account at a platform: try it, keep it sealed, look after it, let it go."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from functools import partial

from sqlmodel import Session

from replyassist.brands.service import get_brand
from replyassist.core.clock import Clock
from replyassist.core.database import Database
from replyassist.core.errors import ConfigurationError, DeliveryNotMade, InvalidInput, NotFound, RateLimited
from replyassist.core.settings import Settings

from . import registry, repository
from .account import Account, Credentials, Runtime, Tested
from .given import checked_channel, without_secrets
from .keeping import act_on, save, shown_now
from .models import Connection, ConnectionStatus, SignIn
from .notes import Notes, are_written
from .port import Adapter, Inbound, Platform, Source
from .reach import Deadline
from .trying import MARK, SignInTrial, refused
from .vault import PLAIN, Vault, vault_of

logger = logging.getLogger(__name__)
NOTED_EVERY = timedelta(minutes=1)
RENEWED_SOON_SECONDS = 2.0  # a token endpoint answers in less


@dataclass(frozen=True)
class Connections:
    """Opens, tries and keeps connections. No transaction is open while a platform is called.

    ``catch_up``: how old what is read of a new account is at most; None: as old as it is.
    """

    database: Database
    vault: Vault
    runtime: Runtime
    adapters: Mapping[str, Adapter] = field(default_factory=registry.adapters)
    catch_up: timedelta | None = None

    @property
    def _trial(self) -> SignInTrial:
        return SignInTrial(self.database, self.vault, self.runtime)

    def adapter(self, name: str) -> Adapter:
        """The adapter of a platform; raise NotFound for an unknown one."""
        found = self.adapters.get(name)
        return found if found is not None else registry.adapter_named(name)

    @classmethod
    def of(cls, database: Database, settings: Settings, clock: Clock) -> Connections:
        """Those of this deployment."""
        runtime = Runtime(
            clock=clock,
            timeout_seconds=settings.delivery_timeout_seconds,
            home=settings.home,
            allows_inside=settings.allow_private_addresses,
            slack_signing_secret=settings.slack_signing_secret.get_secret_value(),
        )
        return cls(database, vault_of(settings), runtime, catch_up=timedelta(days=settings.catch_up_days))

    def connect(
        self,
        brand_id: str,
        platform: str,
        credentials: Mapping[str, str],
        *,
        actor: str,
        channel: str = "",
        renewed: str = "",
    ) -> tuple[Connection, Tested]:
        """Try the credentials and keep the connection, in the place of one that the channel had.

        ``actor``: who does it, as it is written down. ``channel``: the platform's name where it is empty. ``renewed``:
        ``Tested.renewed`` of trying the same credentials before. A secret that we make and that is empty stays as it is
        on a channel that has it. Raises
        NotFound for an unknown brand or platform, and InvalidInput, with what does not work (``extra["checks"]``: all
        of it), where the test fails: then nothing is kept.
        """
        adapter = self.adapter(platform)
        channel = checked_channel(channel or platform, adapter)
        given, _ = self._trial.given(brand_id, channel, adapter, credentials, renewed)
        with self.database.reading() as session:
            get_brand(session, brand_id)
        tested = self._trial.tested(
            adapter, Account(brand_id, channel, credentials=Credentials(given), keep=given.update)
        )
        if not tested.is_ok:
            refusal = InvalidInput(tested.problem)
            refusal.extra["checks"] = [asdict(check) for check in tested.checks]
            raise refusal
        with self.database.writing() as session:
            now, was = self.runtime.clock.now(), shown_now(session, brand_id, channel)
            known = self._trial.remembered(session, brand_id, channel, adapter, tested)
            kept = save(
                session,
                self.vault,
                brand_id,
                channel,
                platform,
                known | given,
                tested=tested,
                now=now,
                options=without_secrets(given, adapter),
                catch_up=self.catch_up,
            )
            session.add(act_on(kept, "connected", actor=actor, was=was, shown_as=kept.shown_as))
            return kept, tested

    def try_out(
        self, brand_id: str, platform: str, credentials: Mapping[str, str], *, channel: str = "", renewed: str = ""
    ) -> Tested:
        """A plain answer of what works with these credentials; keeps nothing. What trying them renews, so that the old
        ones are no longer taken, is in ``Tested.renewed`` for who connects with the same."""
        adapter = self.adapter(platform)
        channel = checked_channel(channel or platform, adapter)
        given, mark = self._trial.given(brand_id, channel, adapter, credentials, renewed)
        before = dict(given)
        tested = self._trial.tested(
            adapter, Account(brand_id, channel, credentials=Credentials(given), keep=given.update)
        )
        return replace(tested, renewed=self.vault.seal({**given, MARK: mark}) if given != before else renewed)

    def test(self, brand_id: str, channel: str) -> Tested:
        """A plain answer of what works now, kept as the connection's health; raise NotFound."""
        connection = self.found(brand_id, channel)
        try:
            account = self.account(connection)
        except ConfigurationError as error:
            tested = refused(error)
        else:
            tested = self._trial.tested(self.adapter(connection.platform), account)
        self.note_health(connection.id or 0, tested.problem)
        return tested

    def disconnect(self, brand_id: str, channel: str, *, actor: str) -> None:
        """Forget the credentials and take nothing in or out by it any more; raise NotFound. Messages stay."""
        with self.database.writing() as session:
            connection = _found(session, brand_id, channel)
            connection.set_health(problem="", sending_problem="")
            connection.status, connection.sealed = ConnectionStatus.DISCONNECTED, ""
            connection.pulls += 1  # a reading that is on its way keeps nothing any more
            connection.updated_at = self.runtime.clock.now()
            session.add(connection)
            session.add(act_on(connection, "disconnected", actor=actor, was=connection.shown_as, shown_as=""))

    def found(self, brand_id: str, channel: str) -> Connection:
        """The connection of exactly this channel; raise NotFound for none and for one that is disconnected."""
        with self.database.reading() as session:
            return _found(session, brand_id, channel)

    def hook_path(self, connection: Connection) -> str | None:
        """Where its platform sends webhooks; None for one that sends none."""
        sends = self.adapter(connection.platform).inbound is not None
        return f"/v1/hooks/{connection.brand_id}/{connection.channel}" if sends else None

    def health(self, brands: Collection[str] | None = None) -> list[Connection]:
        """The connections of these brands (None: all) with their status and problem."""
        with self.database.reading() as session:
            return repository.list_connections(session, brands)

    def account(self, connection: Connection) -> Account:
        """The connection as its platform sees it; raise ConfigurationError where its credentials cannot be opened."""

        made_from = connection.sign_in

        def keep(renewed: Mapping[str, str]) -> None:
            with self.database.writing() as session:
                current = repository.hold(session, connection.id or 0)
                if current.status != ConnectionStatus.DISCONNECTED and current.sign_in == made_from:
                    current.sealed = self.vault.seal({**self.vault.open(current.sealed), **renewed})
                    session.add(current)

        credentials = self.vault.open(connection.sealed)
        held = partial(self._renewing, connection.id or 0, made_from)
        return Account(connection.brand_id, connection.channel, connection.account, credentials, keep, held)

    @contextmanager
    def _renewing(self, connection_id: int, made_from: SignIn) -> Iterator[Mapping[str, str]]:
        """The credentials as they are kept; nobody else renews them meanwhile. No transaction stays open."""
        now = self.runtime.clock.now()
        with self.database.writing() as session:
            current = repository.hold(session, connection_id)
            if current.status == ConnectionStatus.DISCONNECTED or current.sign_in != made_from:
                raise DeliveryNotMade("the account was signed in again, or disconnected")
            if current.renewing_until is not None and current.renewing_until > now:
                raise RateLimited("another attempt renews the sign-in", retry_after_s=RENEWED_SOON_SECONDS)
            current.renewing_until = now + 2 * timedelta(seconds=self.runtime.timeout_seconds)
            session.add(current)
            kept = self.vault.open(current.sealed)
        try:
            yield kept
        finally:
            with self.database.writing() as session:
                current = repository.hold(session, connection_id)
                current.renewing_until = None
                session.add(current)

    def platform(self, connection: Connection, *, seconds: float | None = None) -> Platform:
        """What replies leave by; raise ConfigurationError for credentials that cannot be used.

        ``seconds`` from now it ends whatever it is doing; None: never.
        """
        adapter = self.adapter(connection.platform)
        if adapter.platform is None:
            raise NotFound(f"nothing can be sent by {adapter.traits.title}")
        runtime = self.runtime if seconds is None else replace(self.runtime, ends=Deadline(seconds))
        return adapter.platform(self.account(connection), runtime)

    def inbound(self, connection: Connection) -> Inbound:
        """What reads its webhooks; raise NotFound where it has none."""
        adapter = self.adapter(connection.platform)
        if adapter.inbound is None:
            raise NotFound(f"{adapter.traits.title} sends no webhooks here")
        return adapter.inbound(self.account(connection), self.runtime)

    def source(self, connection: Connection, before_call: Callable[[], None] | None = None) -> Source | None:
        """What is read from time to time, None where there is nothing; ``before_call`` as in Runtime."""
        adapter = self.adapter(connection.platform)
        runtime = replace(self.runtime, before_call=before_call) if before_call else self.runtime
        return adapter.source(self.account(connection), runtime) if adapter.source else None

    def notes(self, connection: Connection) -> Notes | None:
        """What writes drafts into the platform's own inbox; None unless the connection says so."""
        opened = self.adapter(connection.platform).notes
        if opened is None or not self.writes_notes(connection):
            return None
        return opened(self.account(connection), self.runtime)

    def writes_notes(self, connection: Connection) -> bool:
        """Whether the team answers in the platform's own inbox, with our drafts there.

        Raises ConfigurationError for credentials that cannot be opened.
        """
        has_them = self.adapter(connection.platform).notes is not None
        return has_them and are_written(self.account(connection).credentials)

    def note_health(self, connection_id: int, problem: str) -> None:
        """Keep whether signing in works; an empty problem says that it does."""
        with self.database.writing() as session:
            connection = repository.hold(session, connection_id)
            if connection.status != ConnectionStatus.DISCONNECTED:
                connection.set_health(problem=problem, now=self.runtime.clock.now())
                session.add(connection)

    def note_hooks(self, connection: Connection, *, is_refused: bool) -> None:
        """Keep that a webhook was none of the platform's, at most once a minute, or that one was taken again."""
        at, now = connection.hooks_refused_at, self.runtime.clock.now()
        if (at is not None and now - at < NOTED_EVERY) if is_refused else at is None:
            return
        with self.database.writing() as session:
            current = repository.hold(session, connection.id or 0)
            current.hooks_refused_at = now if is_refused else None
            session.add(current)

    def note_options(self) -> None:
        """Keep beside the credentials of an earlier version what of them is no secret."""
        with self.database.reading() as session:
            known = [each for each in repository.list_connections(session) if each.options is None and each.sealed]
        for each in known:
            try:
                options = without_secrets(self.vault.open(each.sealed), self.adapter(each.platform))
            except (ConfigurationError, NotFound):
                continue
            with self.database.writing() as session:
                current = repository.hold(session, each.id or 0)
                if current.sealed == each.sealed:
                    current.options = options
                    session.add(current)

    def seal_what_is_open(self) -> int:
        """Seal credentials that an earlier version kept open; returns how many."""
        with self.database.reading() as session:
            is_open = [each for each in repository.list_connections(session) if each.sealed.startswith(PLAIN)]
        for each in is_open:
            with self.database.writing() as session:
                current = repository.hold(session, each.id or 0)
                current.sealed = self.vault.seal(dict(self.vault.open(current.sealed)))
                session.add(current)
        return len(is_open)


def _found(session: Session, brand_id: str, channel: str) -> Connection:
    connection = repository.find_connection(session, brand_id, channel)
    if connection is None or connection.status == ConnectionStatus.DISCONNECTED:
        raise NotFound(f"{brand_id} has no connection '{channel}'")
    return connection
