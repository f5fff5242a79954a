"""What who approves a change of the settings is shown."""

from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext as _

from counterfoil.engine.catalogue import IssuerSettings
from counterfoil.engine.commands import content as asks
from counterfoil.portal.access import Office
from counterfoil.portal.orchestrator.changes import Change, Shown, shown
from counterfoil.portal.orchestrator.settings.reading import (
    approvers,
    bands_by_kind,
    issuer_settings,
)
from counterfoil.portal.orchestrator.settings.rules import Rule, rule_text, too_few
from counterfoil.portal.orchestrator.settings.words import PURPOSES, SETTINGS, setting_text
from counterfoil.portal.queries import rows
from counterfoil.portal.words import command_word


@shown.register
def _settings(asked: asks.ChangeSettings, office: Office) -> Shown:
    now = issuer_settings(office)
    wanted = {name: value for name in SETTINGS if (value := getattr(asked, name)) is not None}
    after = replace(now, **wanted)
    changes = [
        Change(str(SETTINGS[name].label), setting_text(name, now), setting_text(name, after))
        for name in wanted
    ]
    warnings = _cautions(now, after)
    return Shown(
        _("Change the settings"), changes, reverse("settings", args=[office.code]), warnings
    )


def _cautions(now: IssuerSettings, after: IssuerSettings) -> list[str]:
    found = []
    if after.cooling_off_days == 0 and now.cooling_off_days:
        found.append(
            _("New bank data would count at once: nobody has time to notice a forged change.")
        )
    if after.retention_days < now.retention_days:
        found.append(
            _("Vouchers that ended longer ago than that are deleted soon after, for good.")
        )
    return found


@shown.register
def _rule(asked: asks.ChangeApprovals, office: Office) -> Shown:
    before = bands_by_kind(office).get(asked.of_kind, ())
    rule = Rule(asked.of_kind, asked.bands)
    word = str(command_word(asked.of_kind))
    warnings = [each for each in [too_few(rule.most, approvers(office))] if each]
    if rule.base < Rule(asked.of_kind, before).base:
        warnings.append(_("Fewer people than before would have to agree."))
    return Shown(
        _("Change who must approve: %(what)s") % {"what": word},
        [Change(word, rule_text(asked.of_kind, before), rule.summary)],
        reverse("approval-rules", args=[office.code]),
        warnings,
    )


@shown.register
def _key(asked: asks.RotateKey, office: Office) -> Shown:
    found = rows("counterfoil.engine", "data_key_versions", {"issuer_id": office.issuer_id})
    version = max((each[1] for each in found if each[0] == asked.purpose), default=0)
    words = PURPOSES.get(asked.purpose)
    name = asked.purpose if words is None else str(words.label)
    return Shown(
        _("Make a new data key: %(name)s") % {"name": name},
        [
            Change(
                name,
                _("version %(version)d") % {"version": version},
                _("version %(version)d") % {"version": version + 1},
            )
        ],
        reverse("data-keys", args=[office.code]),
    )
