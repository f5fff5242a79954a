"""What who approves a change of a calling system is shown."""

from collections.abc import Iterable

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from counterfoil.engine.commands import content as asks
from counterfoil.portal.access import Office
from counterfoil.portal.orchestrator.changes import Change, Shown, shown
from counterfoil.portal.orchestrator.clients.reading import ClientRow, client_row
from counterfoil.portal.orchestrator.clients.words import limit_text, scopes_text
from counterfoil.portal.orchestrator.settings.reading import currencies


@shown.register
def _create(asked: asks.CreateClient, office: Office) -> Shown:
    limit = limit_text(asked.unattended_minor_max, asked.scopes, currencies(office))
    return Shown(
        _("Register the calling system %(name)s") % {"name": asked.name},
        [
            Change(_("Name"), None, asked.name),
            Change(_("May"), None, scopes_text(asked.scopes)),
            Change(_("Without approval"), None, limit),
        ],
        reverse("clients", args=[office.code]),
        _cautions(asked.scopes),
    )


@shown.register
def _change(asked: asks.ChangeClient, office: Office) -> Shown:
    row = _row(office, asked.client_id)
    known = currencies(office)
    before = None if row is None else scopes_text(row.scopes)
    limit_before = None if row is None else limit_text(row.unattended_minor_max, row.scopes, known)
    gained = set(asked.scopes) - set(() if row is None else row.scopes)
    return Shown(
        _("Change what %(name)s may do") % {"name": _name(row, asked.client_id)},
        [
            Change(_("May"), before, scopes_text(asked.scopes)),
            Change(
                _("Without approval"),
                limit_before,
                limit_text(asked.unattended_minor_max, asked.scopes, known),
            ),
        ],
        _url(office, asked.client_id),
        _cautions(gained),
    )


@shown.register
def _revoke(asked: asks.RevokeClient, office: Office) -> Shown:
    row = _row(office, asked.client_id)
    return Shown(
        _("Revoke %(name)s") % {"name": _name(row, asked.client_id)},
        [Change(_("Key"), _("opens what it may do"), _("opens nothing any more"))],
        _url(office, asked.client_id),
    )


@shown.register
def _set_key(asked: asks.SetClientKey, office: Office) -> Shown:
    row = _row(office, asked.client_id)
    return Shown(
        _("Give %(name)s its key") % {"name": _name(row, asked.client_id)},
        [Change(_("Key"), _("none"), _("made, and shown once to who made it"))],
        _url(office, asked.client_id),
    )


@shown.register
def _replace_key(asked: asks.ReplaceClientKey, office: Office) -> Shown:
    row = _row(office, asked.client_id)
    return Shown(
        _("Take the key of %(name)s away, for a new one") % {"name": _name(row, asked.client_id)},
        [Change(_("Key"), _("in use"), _("none, until a new one is made"))],
        _url(office, asked.client_id),
        [_("It cannot call anything until somebody has made its new key and set it there.")],
    )


def _cautions(scopes: Iterable[str]) -> list[str]:
    cautions = {
        "override": _("It could redeem vouchers where their rules do not accept them."),
        "unattended": _("It could change what it administers without anybody's approval."),
    }
    return [text for scope, text in cautions.items() if scope in set(scopes)]


def _row(office: Office, client_id: int) -> ClientRow | None:
    try:
        return client_row(office, client_id)
    except Http404:
        return None


def _name(row: ClientRow | None, client_id: int) -> str:
    return str(client_id) if row is None else row.name


def _url(office: Office, client_id: int) -> str:
    return reverse("client", args=[office.code, client_id])
