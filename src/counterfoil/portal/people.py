"""Inviting people: from the command line now, from the portal later."""

from collections.abc import Sequence

from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from counterfoil.errors import ConflictError
from counterfoil.portal.models import Person, Role, RoleAssignment


def invite(email: str, roles: Sequence[str], issuer_id: int | None) -> str:
    """Register a person where there is none of that address, and give the roles. Returns the path
    of the page on which they set their password, once.

    Raises ConflictError for an address that is none, and for roles that exclude each other.
    """
    try:
        validate_email(email)
    except ValidationError as error:
        raise ConflictError("That is not an e-mail address.") from error
    try:
        with transaction.atomic():
            person = Person.objects.filter(email=email.lower()).first()
            if person is None:
                person = Person.objects.create_person(email)
            for role in roles:
                RoleAssignment.objects.get_or_create(
                    person=person, role=Role(role), issuer_id=issuer_id
                )
    except IntegrityError as error:
        raise ConflictError(
            "Operator, approver and auditor exclude each other: one person is one of them."
        ) from error
    uid = urlsafe_base64_encode(force_bytes(person.pk))
    return reverse("welcome", args=[uid, default_token_generator.make_token(person)])
