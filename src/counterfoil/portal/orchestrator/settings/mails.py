"""Mails that no mail server took: somebody has to be told by other means."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from counterfoil.portal.access import ADMINISTERS, Office, office_page
from counterfoil.portal.models import Mail, MailStatus
from counterfoil.portal.pager import ROWS_A_PAGE, key_after, page_of
from counterfoil.portal.queries import rows

_LAST: Final = 2**63 - 1
_COUNTED_MAX: Final = 1000
_SOON: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class NotTaken:
    """`cause` is the name of an error."""

    mail_id: int
    written_at: datetime
    recipient: str
    subject: str
    tries: int
    cause: str


@require_safe
@office_page(sees=ADMINISTERS)
def mails_not_taken(request: HttpRequest, office: Office) -> HttpResponse:
    (last,) = key_after(request, (_LAST,))
    found = [
        NotTaken(*row)
        for row in rows(
            __package__,
            "mails_not_taken",
            {"issuer_id": office.issuer_id, "before": last, "rows_max": ROWS_A_PAGE + 1},
        )
    ]
    late = Mail.objects.filter(
        issuer_id=office.issuer_id, status=MailStatus.QUEUED, written_at__lt=timezone.now() - _SOON
    )
    return render(
        request,
        "portal/orchestrator/settings/mails.html",
        {
            "page": page_of(request, found, lambda each: (each.mail_id,)),
            "late": late[:_COUNTED_MAX].count(),
            "has_server": settings.COUNTERFOIL_SENDS_MAILS,
        },
    )
