"""The local outbox: the mails of a system that is being tried, and the codes of its people.

Only a server that is reached from its own machine shows it (cli/composing.py); to all others it
does not exist.
"""

import time
from dataclasses import dataclass
from typing import Final

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from counterfoil.portal.models import Mail

_MAILS_MAX: Final = 50
_PERIOD_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class DemoCode:
    """The code with which one of the demonstration's people signs in just now."""

    email: str
    name: str
    code: str


def is_shown(_request: HttpRequest) -> dict[str, bool]:
    """For every template: whether there is an outbox to lead to."""
    return {"outbox": bool(settings.COUNTERFOIL_OUTBOX)}


@never_cache
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    if not settings.COUNTERFOIL_OUTBOX:
        raise Http404
    told = {
        "mails": Mail.objects.order_by("-id")[:_MAILS_MAX],
        "codes": _codes(settings.COUNTERFOIL_DEMO_LOGINS),
    }
    return render(request, "portal/outbox.html", told)


@never_cache
@require_safe
def mail(request: HttpRequest, mail_id: int) -> HttpResponse:
    if not settings.COUNTERFOIL_OUTBOX:
        raise Http404
    return render(request, "portal/outbox_mail.html", {"mail": get_object_or_404(Mail, pk=mail_id)})


def _codes(emails: tuple[str, ...]) -> list[DemoCode]:
    if not emails:
        return []
    counter = int(time.time()) // _PERIOD_SECONDS
    found = Authenticator.objects.filter(
        user__email__in=emails, type=Authenticator.Type.TOTP
    ).select_related("user")
    return [
        DemoCode(
            each.user.email,
            each.user.name,
            format_hotp_value(hotp_value(get_adapter().decrypt(each.data["secret"]), counter)),
        )
        for each in found.order_by("user__id")
    ]
