"""What the trail says of a person, in words."""

from typing import Any

from django.utils.translation import gettext as _

from counterfoil.portal.models import AcceptorRoleName, Role, TrailEntry
from counterfoil.portal.orchestrator.trail.words import event_text


def said(entry: TrailEntry) -> str:
    match entry.event:
        case "role.given":
            return _("Role given: %(role)s") % {"role": _role(entry.after)}
        case "role.taken":
            return _("Role taken: %(role)s") % {"role": _role(entry.before)}
        case "person.invited":
            return _("Invited by mail")
        case "person.sessions_ended":
            return _("Signed out everywhere")
        case "person.deactivated":
            return _("All roles here taken away")
        case "second_factor.reset":
            return _("Second factor reset")
        case "approval.delegated":
            return _("Approval lent until %(day)s") % {"day": (entry.after or {}).get("until", "")}
        case "approval.delegation_ended":
            return _("Approval taken back")
        case _:
            return event_text(entry.event)


def _role(told: dict[str, Any] | None) -> str:
    role = str((told or {}).get("role", ""))
    for words in (Role, AcceptorRoleName):
        if role in words.values:
            return str(words(role).label)
    return role
