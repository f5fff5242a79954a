"""The same form once more: by a second click, or after going back."""

from uuid import UUID

from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect

from counterfoil.portal.access import Office
from counterfoil.portal.queries import rows


def sent_before(request: HttpRequest, office: Office) -> HttpResponseRedirect | None:
    """To the command that this very form prepared already; None where it did not. For forms that
    always ask for the same: what they were sent for may be done by now, and not possible twice.
    """
    if request.method != "POST":
        return None
    try:
        command_id = UUID(request.POST.get("command_id", ""))
    except ValueError:
        return None
    found = rows(
        __package__,
        "sent_before",
        {"issuer_id": office.issuer_id, "command_id": command_id, "prepared_by": office.actor},
    )
    return redirect("command", office.code, command_id) if found else None
