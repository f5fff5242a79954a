"""What publishing, pausing and closing a voucher changes, and a change of a single one."""

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from counterfoil.engine.commands import content as asks
from counterfoil.portal.access import Office
from counterfoil.portal.models import DraftStatus, VoucherDraft
from counterfoil.portal.orchestrator.changes import Change, Shown, shown
from counterfoil.portal.orchestrator.vouchers.design import differences, names_of_issuer
from counterfoil.portal.orchestrator.vouchers.reading import (
    Published,
    accepting_today,
    counted,
    published_or_none,
    stock_of,
)
from counterfoil.portal.orchestrator.vouchers.steps import STEPS
from counterfoil.portal.orchestrator.vouchers.story import voucher_of
from counterfoil.portal.templatetags.counterfoil import count
from counterfoil.portal.templatetags.serials import serial
from counterfoil.portal.words import group_status, voucher_state
from counterfoil.voucher import OUT, next_state


@shown.register
def _publish_group(asked: asks.PublishGroup, office: Office) -> Shown:
    """Against the version it follows: once it is published, against the one before it."""
    design = asked.design
    before = (
        published_or_none(office.issuer_id, design.code, asked.expected_version)
        if asked.expected_version
        else None
    )
    current = published_or_none(office.issuer_id, design.code)
    names = names_of_issuer(office.issuer_id)
    changes = differences(before.design if before else None, design, names)
    version = asked.expected_version + 1
    changes.insert(
        0,
        Change(_("Version"), str(asked.expected_version) if before else None, str(version)),
    )
    if before is None:
        changes.insert(0, Change(_("Code"), None, design.code))
    title = (
        _("Publish version %(version)s of “%(name)s”")
        if before
        else _("Publish the new voucher “%(name)s”")
    ) % {"version": version, "name": design.name}
    return Shown(title, changes, _draft_url(asked, office), _warnings(asked, office, current))


@shown.register
def _pause_group(asked: asks.PauseGroup, office: Office) -> Shown:
    return _turned(office, asked.code, "paused")


@shown.register
def _turn_group(asked: asks.TurnGroup, office: Office) -> Shown:
    return _turned(office, asked.code, asked.status)


@shown.register
def _change_voucher(asked: asks.ChangeVoucher, office: Office) -> Shown:
    step = STEPS.get(asked.action)
    name = str(step.name) if step else asked.action
    title = _("%(what)s: voucher %(serial)s") % {
        "what": name,
        "serial": serial(asked.serial),
    }
    try:
        row = voucher_of(office, asked.serial)
    except Http404:
        return Shown(title, [], None, [_("There is no voucher of that serial.")])
    after = next_state(row.state, step.action, row.prior_state) if step else None
    changes = [
        Change(
            _("State"),
            str(voucher_state(row.state)),
            str(voucher_state(row.state if after is None else after)),
        )
    ]
    return Shown(title, changes, reverse("voucher", args=[office.code, asked.serial]))


def _turned(office: Office, code: str, status: str) -> Shown:
    group = published_or_none(office.issuer_id, code)
    title = {
        "open": _("Open “%(name)s” again"),
        "paused": _("Pause “%(name)s”"),
        "closed": _("Close “%(name)s” for good"),
    }[status] % {"name": group.design.name if group else code}
    if group is None:
        return Shown(title, [], None, [_("There is no such voucher.")])
    counts = counted(office, group.group_id)
    stocked = sum(each.vouchers for each in stock_of(group, counts))
    out = sum(each.vouchers for each in counts if each.state in OUT)
    warnings = []
    if status == "closed" and stocked:
        warnings.append(
            _("%(number)s vouchers are still in stock. Cancel them to free their money.")
            % {"number": count(stocked)}
        )
    return Shown(
        title,
        [
            Change(_("State"), str(group_status(group.status)), str(group_status(status))),
            Change(_("Handed out from now on"), *_handed_out(group.status, status)),
            Change(
                _("Vouchers with people"),
                count(out),
                _("%(number)s, redeemable as before") % {"number": count(out)},
            ),
        ],
        reverse("voucher-group", args=[office.code, code]),
        warnings,
    )


def _handed_out(before: str, after: str) -> tuple[str, str]:
    words = {True: _("yes"), False: _("no")}
    return words[before == "open"], words[after == "open"]


def _draft_url(asked: asks.PublishGroup, office: Office) -> str | None:
    """The draft shows it as its holder will see it; what came by API has none."""
    code = asked.design.code
    draft = (
        VoucherDraft.objects.filter(issuer_id=office.issuer_id, code=code, status=DraftStatus.SENT)
        .values_list("pk", flat=True)
        .first()
    )
    if draft is not None:
        return reverse("voucher-draft", args=[office.code, draft])
    return reverse("voucher-group", args=[office.code, code]) if asked.expected_version else None


def _warnings(asked: asks.PublishGroup, office: Office, current: Published | None) -> list[str]:
    warnings = []
    version = current.version if current else 0
    if version > asked.expected_version + 1 or (
        version == asked.expected_version + 1 and current and current.design != asked.design
    ):
        warnings.append(
            _("It is at version %(version)s by now, so this cannot be published any more.")
            % {"version": version}
        )
    if not accepting_today(office.issuer_id, asked.design):
        warnings.append(_("No approved merchant or agent would accept it today."))
    return warnings
