"""People of a demonstration: they need no invitation, and their codes stand in the outbox."""

from collections.abc import Sequence
from functools import cache

from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import make_password
from django.db import transaction

from counterfoil.portal.door.second_factor import needs_second_factor
from counterfoil.portal.people import Grant, invite
from counterfoil.portal.trail import Actor


@transaction.atomic
def open_login(
    email: str, name: str, password: str, grants: Sequence[Grant], *, by: Actor, language: str = ""
) -> None:
    """Make it ready to sign in; what its person has changed since the first time stays."""
    person = invite(email, grants, by, name=name).person
    if not person.has_usable_password():
        person.password = _hashed(password)
        person.language = language
        person.save()
        EmailAddress.objects.filter(user=person).update(verified=True)
    if needs_second_factor(person):
        TOTP.activate(person, generate_totp_secret())
        RecoveryCodes.activate(person)


@cache
def _hashed(password: str) -> str:
    """Once for all of them: it is slow by design, and they share it."""
    return make_password(password)
