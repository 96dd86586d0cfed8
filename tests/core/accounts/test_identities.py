from __future__ import annotations

import pytest

from replyassist.core.accounts import SERVICE, Principal
from replyassist.core.accounts.identities import Claims, authenticate_identity
from replyassist.core.errors import Forbidden, NotFound
from replyassist.core.security import Role
from tests.core.accounts.conftest import Office

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
ISSUER = "https://id.example"


def enter(
    office: Office, email: str, *, subject: str = "s-1", verified: bool = True, issuer: str = ISSUER
) -> Principal:
    claims = Claims(issuer=issuer, subject=subject, email=email, email_verified=verified)
    with office.world.database.writing() as session:
        return authenticate_identity(session, claims, now=office.world.clock.now())


def email(office: Office, who: Principal) -> str:
    return office.user(who).email


def test_a_verified_address_leads_to_its_account_and_is_linked_with_it(office: Office) -> None:
    who = office.person()
    assert enter(office, email(office, who).upper()).user_id == who.user_id
    assert enter(office, "renamed@elsewhere.example").user_id == who.user_id, "the subject counts from now on"
    assert office.events(who.user_id) == [(who.name, "identity_linked", ISSUER)]


@on_sqlite
def test_an_unverified_address_leads_nowhere(office: Office) -> None:
    who = office.person()
    with pytest.raises(Forbidden, match="verified"):
        enter(office, email(office, who), verified=False)
    with pytest.raises(Forbidden, match="verified"):
        enter(office, "")


@on_sqlite
def test_nobody_is_made_by_signing_in(office: Office) -> None:
    service, gone = office.person(kind=SERVICE), office.person()
    office.do("deactivate", office.person(Role.LEAD), gone.user_id)
    for address in ("nobody@x.example", email(office, service), email(office, gone)):
        with pytest.raises(Forbidden, match="no active account"):
            enter(office, address)


@on_sqlite
def test_a_linked_account_that_was_deactivated_is_out(office: Office) -> None:
    who = office.person()
    enter(office, email(office, who))
    office.do("deactivate", office.person(Role.LEAD), who.user_id)
    with pytest.raises(Forbidden):
        enter(office, email(office, who))


@on_sqlite
def test_an_address_that_went_to_somebody_else_there_does_not_open_the_account(office: Office) -> None:
    who, lead = office.person(), office.person(Role.LEAD)
    enter(office, email(office, who))
    with pytest.raises(Forbidden, match="linked with somebody else"):
        enter(office, email(office, who), subject="s-2")

    office.do("remove_identities", lead, who.user_id)

    assert enter(office, email(office, who), subject="s-2").user_id == who.user_id
    with pytest.raises(NotFound):
        office.do("remove_identities", lead, lead_of(office).user_id)


def lead_of(office: Office) -> Principal:
    return office.person(Role.AGENT)
