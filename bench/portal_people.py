"""What a large issuer has on the portal's side, and the people whose pages are measured."""

import time
from datetime import timedelta
from typing import Final
from uuid import uuid4

from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.test import Client
from django.utils import timezone

from counterfoil.engine.commands.content import Deposit
from counterfoil.engine.commands.preparing import Prepared, prepare
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.keys.seals import Seals
from counterfoil.portal.models import AcceptorRole, MerchantProfile, Person, Role, RoleAssignment
from counterfoil.portal.models.trail import TrailEntry

# One person is not operator, approver and auditor at once, so it takes three to see every page.
ROLES: Final = {
    "operator": (Role.OPERATOR, Role.FINANCE, Role.ADMINISTRATOR),
    "approver": (Role.APPROVER,),
    "auditor": (Role.AUDITOR,),
}
OWNER: Final = "owner"
_BACKEND: Final = "allauth.account.auth_backends.AuthenticationBackend"
_COMMANDS: Final = 2000
_TRAIL: Final = 20_000
_WAITING: Final = 150


def fill_portal(connection: Connection, issuer: Issuer, merchants: range) -> None:
    """A profile for each merchant, commands (some of them waiting), and a long trail."""
    now = timezone.now()
    MerchantProfile.objects.bulk_create(
        MerchantProfile(
            issuer_id=issuer.issuer_id,
            acceptor_id=acceptor_id,
            kind="merchant",
            status="approved",
            origin="orchestrator",
            made_by="bench",
            changed_by="bench",
            name=f"Merchant {acceptor_id:05}",
            registered_name=f"Merchant {acceptor_id:05} Limited",
        )
        for acceptor_id in merchants
    )
    seals = Seals.of_secret(settings.SECRET_KEY)
    for index in range(_COMMANDS):
        content = Deposit(
            funding_account_id=1, amount_minor=1000, currency="KES", reference=f"bank {index}"
        )
        prepare(
            connection,
            seals,
            Prepared(
                issuer_id=issuer.issuer_id,
                command_id=uuid4(),
                content=content,
                prepared_by="cli:bench",
                approvals=1,
                expires_at=now + timedelta(days=14),
            ),
        )
    connection.execute(
        "UPDATE command SET status = 'done', finished_at = now() WHERE command_id IN"
        " (SELECT command_id FROM command ORDER BY prepared_at, command_id LIMIT %s)",
        (_COMMANDS - _WAITING,),
    )
    connection.commit()
    TrailEntry.objects.bulk_create(
        TrailEntry(
            issuer_id=issuer.issuer_id,
            actor="cli:bench",
            event="command.prepared.deposit",
            subject="funding:1",
            after={"amount_minor": 1000},
        )
        for _index in range(_TRAIL)
    )


def browsers(issuer: Issuer) -> dict[str, Client]:
    """Signed in, with the second factor, by the name of who it is."""
    found = {}
    for name, roles in ROLES.items():
        person = _person(name)
        for role in roles:
            RoleAssignment.objects.create(person=person, role=role, issuer_id=issuer.issuer_id)
        found[name] = _browser(person)
    owner = _person(OWNER)
    AcceptorRole.objects.create(
        person=owner, issuer_id=issuer.issuer_id, acceptor_id=1, role="owner"
    )
    found[OWNER] = _browser(owner)
    return found


def _person(name: str) -> Person:
    person = Person.objects.create_person(f"{name}@example.org", name=name)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    TOTP.activate(person, generate_totp_secret())
    RecoveryCodes.activate(person)
    return person


def _browser(person: Person) -> Client:
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(person, backend=_BACKEND)
    session = browser.session
    session["account_authentication_methods"] = [
        {"method": method, "at": time.time() + 3600} for method in ("password", "mfa")
    ]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    return browser
