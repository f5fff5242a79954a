"""The mails that tell somebody of a role, with the link by which a new person comes in, and of a
second factor that somebody else has reset.
"""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from counterfoil.portal.mail import write_mails
from counterfoil.portal.models import Person
from counterfoil.portal.people import Invitation


def send_invitation(
    request: HttpRequest,
    invitation: Invitation,
    *,
    issuer_id: int,
    place: str,
    roles: str,
    inviter: str,
    language: str = "",
) -> None:
    """`place` is what the roles are for; `language` is spoken to who has chosen none."""
    is_new = not invitation.person.has_usable_password()
    path = invitation.path if is_new else reverse("home")
    words: dict[str, object] = {
        "place": place,
        "roles": roles,
        "inviter": inviter,
        "is_new": is_new,
        "url": request.build_absolute_uri(path),
    }
    _write(invitation.person, issuer_id, "invitation", words, language)


def tell_second_factor_reset(
    request: HttpRequest, person: Person, *, issuer_id: int, administrator: str
) -> None:
    """So that nobody loses it unseen."""
    words: dict[str, object] = {
        "administrator": administrator,
        "url": request.build_absolute_uri(reverse("home")),
    }
    _write(person, issuer_id, "second_factor_reset", words)


def _write(
    person: Person, issuer_id: int, name: str, words: dict[str, object], language: str = ""
) -> None:
    with translation.override(person.language or language or translation.get_language()):
        subject = render_to_string(f"account/email/{name}_subject.txt", words)
        body = render_to_string(f"account/email/{name}_message.txt", words)
    write_mails([person.email], subject, body, issuer_id=issuer_id)
