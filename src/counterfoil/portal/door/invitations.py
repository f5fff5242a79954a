"""The mails that tell somebody of a role, with the link by which a new person comes in, and of a
second factor that somebody else has reset.
"""

import structlog
from django.core.mail import send_mail
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from counterfoil.portal.models import Person
from counterfoil.portal.people import Invitation

_log = structlog.get_logger("counterfoil.portal")


def send_invitation(
    request: HttpRequest,
    invitation: Invitation,
    *,
    place: str,
    roles: str,
    inviter: str,
    language: str = "",
) -> bool:
    """False where the mail server does not take it. `place` is what the roles are for; `language`
    is spoken to who has chosen none.
    """
    is_new = not invitation.person.has_usable_password()
    path = invitation.path if is_new else reverse("home")
    words: dict[str, object] = {
        "place": place,
        "roles": roles,
        "inviter": inviter,
        "is_new": is_new,
        "url": request.build_absolute_uri(path),
    }
    return _sent(invitation.person, "invitation", words, language)


def tell_second_factor_reset(request: HttpRequest, person: Person, *, administrator: str) -> bool:
    """So that nobody loses it unseen. False where the mail server does not take it."""
    words: dict[str, object] = {
        "administrator": administrator,
        "url": request.build_absolute_uri(reverse("home")),
    }
    return _sent(person, "second_factor_reset", words)


def _sent(person: Person, name: str, words: dict[str, object], language: str = "") -> bool:
    with translation.override(person.language or language or translation.get_language()):
        subject = render_to_string(f"account/email/{name}_subject.txt", words)
        body = render_to_string(f"account/email/{name}_message.txt", words)
    try:
        send_mail(" ".join(subject.split()), body, None, [person.email])
    except OSError as error:  # SMTP's errors too
        _log.error("mail.failed", template=name, error=type(error).__name__)
        return False
    return True
