"""What tests of pages are given: an issuer of their own, people with roles, a browser of each."""

import re
import secrets
import time
from typing import TYPE_CHECKING, Final, TypeAlias

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client
from tests.databases import connected
from tests.given import given_issuer
from tests.portal.conftest import Portal

from counterfoil.engine.issuer import Issuer
from counterfoil.portal.models import (
    GUARDED,
    AcceptorRole,
    AcceptorRoleName,
    Mail,
    OrganisationRole,
    OrganisationRoleName,
    Person,
    Role,
    RoleAssignment,
)

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse

Page: TypeAlias = "_MonkeyPatchedWSGIResponse"  # what a test's browser gets
PASSWORD: Final = "three quiet herons"
TOTP_SECRET: Final = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_BACKEND: Final = "allauth.account.auth_backends.AuthenticationBackend"


def given_office(portal: Portal, code: str | None = None, funds: str = "100000.00") -> Issuer:
    """An issuer that no other test knows, with money and one merchant (`tests.given.SHOP`)."""
    with connected(portal.url) as connection:
        code = code or f"T{secrets.token_hex(4).upper()}"
        return given_issuer(connection, portal.provider, code, funds)


def given_person(
    *roles: Role,
    issuer: Issuer | None = None,
    name: str = "Amina Diallo",
    email: str | None = None,
    password: str | None = None,
    second_factor: bool | None = None,
) -> Person:
    """With those roles for that issuer (without one: for all of them). Who needs a second factor
    has one unless told otherwise; a password costs time, so only who signs in by a form has one.
    """
    address = email or f"{secrets.token_hex(6)}@example.org"
    person = Person.objects.create_person(address, name=name)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    if password is not None:
        person.set_password(password)
        person.save()
    issuer_id = None if issuer is None else issuer.issuer_id
    for role in roles:
        RoleAssignment.objects.create(person=person, role=role, issuer_id=issuer_id)
    if second_factor or (second_factor is None and not set(GUARDED).isdisjoint(roles)):
        given_second_factor(person)
    return person


def given_second_factor(person: Person) -> None:
    """Of the secret `TOTP_SECRET`, with recovery codes."""
    TOTP.activate(person, TOTP_SECRET)
    RecoveryCodes.activate(person)


def given_shop_role(
    person: Person, issuer: Issuer, acceptor_id: int, role: AcceptorRoleName
) -> None:
    AcceptorRole.objects.create(
        person=person, issuer_id=issuer.issuer_id, acceptor_id=acceptor_id, role=role
    )


def given_buyer_role(
    person: Person, issuer: Issuer, organisation_id: int, role: OrganisationRoleName
) -> None:
    OrganisationRole.objects.create(
        person=person, issuer_id=issuer.issuer_id, organisation_id=organisation_id, role=role
    )


def signed_in(person: Person, *, seconds_ago: int = 0) -> Client:
    """A browser in which that person has signed in, with the second factor if there is one."""
    browser = signed_out()
    browser.force_login(person, backend=_BACKEND)
    has_factor = Authenticator.objects.filter(user=person).exists()
    methods = ["password", "mfa"] if has_factor else ["password"]
    session = browser.session
    session["account_authentication_methods"] = [
        {"method": method, "at": time.time() - seconds_ago} for method in methods
    ]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    return browser


def signed_out() -> Client:
    """A browser at an address of its own, so that no test is throttled for another's tries."""
    address = ".".join(str(secrets.randbelow(256)) for _part in range(3))
    return Client(SERVER_NAME="localhost", REMOTE_ADDR=f"10.{address}")


def code_of(secret: str = TOTP_SECRET, *, periods_on: int = 0) -> str:
    """What an authenticator with that secret shows, now or some half minutes later."""
    counter = int(time.time()) // 30 + periods_on
    return str(format_hotp_value(hotp_value(secret, counter)))


def last_mail_to(person: Person) -> Mail:
    return Mail.objects.filter(recipient=person.email).latest("id")


def link_in(mail: Mail) -> str:
    """The path of the one link in it."""
    (link,) = re.findall(r"https?://localhost(\S+)", mail.body)
    return str(link)


def hidden(page: Page, name: str) -> str:
    """The value of a hidden field of a page's form, such as `command_id`."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.content.decode())
    assert found is not None, name
    return found[1]
