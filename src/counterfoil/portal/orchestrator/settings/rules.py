"""How many must approve what: a rule for each kind of guarded command, in words and by amount."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from counterfoil.engine.commands.content import KINDS, ApprovalBand, ChangeApprovals
from counterfoil.errors import ConflictError
from counterfoil.money import Money
from counterfoil.portal.access import ADMINISTERS, EVERYONE, Office, office_page
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.language import money_text
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.orchestrator.settings.reading import (
    approvers,
    bands_by_kind,
    currencies,
    waiting,
)
from counterfoil.portal.orchestrator.settings.rule_form import RuleForm
from counterfoil.portal.orchestrator.settings.words import people_text
from counterfoil.portal.words import command_word

# Those that move money: a rule can ask for more people from an amount on.
BY_AMOUNT: Final = frozenset(
    {
        "deposit",
        "withdraw",
        "provision",
        "approve_purchase",
        "receive_payment",
        "refund_organisation",
        "send_payouts",
        "retry_payout",
        "refund_redemption",
        "budget_incentives",
        "resolve_exception",
    }
)


@dataclass(frozen=True, slots=True)
class Rule:
    kind: str
    bands: Sequence[ApprovalBand]

    @property
    def word(self) -> str:
        return str(command_word(self.kind))

    @property
    def by_amount(self) -> bool:
        return self.kind in BY_AMOUNT

    @property
    def base(self) -> int:
        """How many whatever the amount."""
        own = [band.approvals for band in self.bands if not band.amount_minor_from]
        return max(KINDS[self.kind].approvals, *own, 1)

    @property
    def most(self) -> int:
        return max(self.base, *(band.approvals for band in self.bands), 1)

    @property
    def summary(self) -> str:
        """Such as `1 person; from 1,000,000.00 KES on 2`."""
        return rule_text(self.kind, self.bands)


# In the order in which people look for them.
AREAS: Final = (
    (gettext_lazy("Money and stock"), ("deposit", "withdraw", "provision", "open_funding_account")),
    (
        gettext_lazy("Vouchers"),
        ("publish_group", "turn_group", "change_vouchers", "replace_vouchers"),
    ),
    (
        gettext_lazy("Organisations"),
        (
            "register_organisation",
            "change_organisation",
            "turn_organisation",
            "approve_purchase",
            "receive_payment",
            "refund_organisation",
        ),
    ),
    (gettext_lazy("Programmes"), ("open_programme", "change_programme", "step_programme")),
    (
        gettext_lazy("Merchants and agents"),
        (
            "register_acceptor",
            "turn_acceptor",
            "regroup_acceptor",
            "rebank_acceptor",
            "release_payouts",
        ),
    ),
    (
        gettext_lazy("Paying merchants"),
        (
            "send_payouts",
            "retry_payout",
            "refund_redemption",
            "set_payout_terms",
            "end_payout_terms",
            "set_bank_days",
            "set_payout_routes",
            "set_earning_rules",
            "budget_incentives",
        ),
    ),
    (gettext_lazy("Books"), ("close_period", "resolve_exception", "set_deposit_rules")),
    (
        gettext_lazy("Calling systems"),
        ("create_client", "change_client", "replace_client_key"),
    ),
    (gettext_lazy("Settings"), ("change_settings", "change_approvals", "rotate_key")),
)


def _by_area(rules: Sequence[Rule]) -> list[tuple[str, list[Rule]]]:
    """What nobody has put into an area comes last, so that nothing is missing."""
    left = {rule.kind: rule for rule in rules}
    areas = [
        (str(name), [left.pop(kind) for kind in kinds if kind in left]) for name, kinds in AREAS
    ]
    return [*areas, (_("Others"), list(left.values()))] if left else areas


def rule_text(kind: str, bands: Sequence[ApprovalBand]) -> str:
    base = Rule(kind, bands).base
    higher = [band for band in bands if band.amount_minor_from and band.approvals > base]
    parts = [people_text(base)]
    parts += [
        _("from %(amount)s on %(people)d")
        % {
            "amount": money_text(Money(band.amount_minor_from, band.currency)),
            "people": band.approvals,
        }
        for band in higher
        if band.currency
    ]
    return "; ".join(parts)


def too_few(needed: int, may_approve: int) -> str:
    """A warning where fewer people may approve than must; empty where there are enough."""
    if may_approve >= needed:
        return ""
    if not may_approve:
        return _("Nobody may approve at present. Give somebody the role of an approver.")
    return ngettext(
        "Only %(may)d person may approve at present, and this asks for %(needed)d.",
        "Only %(may)d people may approve at present, and this asks for %(needed)d.",
        may_approve,
    ) % {"may": may_approve, "needed": needed}


@require_safe
@office_page(sees=EVERYONE)
def approval_rules(request: HttpRequest, office: Office) -> HttpResponse:
    bands = bands_by_kind(office)
    rules = [
        Rule(kind, bands.get(kind, ())) for kind, content in KINDS.items() if content.approvals
    ]
    may_approve = approvers(office)
    most = max(rule.most for rule in rules)
    return render(
        request,
        "portal/orchestrator/settings/rules.html",
        {
            "areas": _by_area(rules),
            "at_once": sorted(
                str(command_word(kind)) for kind, each in KINDS.items() if not each.approvals
            ),
            "may_approve": may_approve,
            "warning": too_few(most, may_approve),
            "waiting": waiting(office, ["change_approvals"]),
            "may_change": office.may(ADMINISTERS),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=ADMINISTERS, acts=ADMINISTERS)
def change_rule(request: HttpRequest, office: Office, kind: str) -> HttpResponse:
    if kind not in KINDS or not KINDS[kind].approvals:
        raise Http404
    rule = Rule(kind, bands_by_kind(office).get(kind, ()))
    form = RuleForm(
        request.POST or None,
        bands=rule.bands,
        currencies=currencies(office) if rule.by_amount else (),
    )
    if request.method == "POST" and form.is_valid() and not form.is_stale():
        try:
            return prepare_command(
                request,
                office,
                ChangeApprovals(of_kind=kind, bands=form.bands),
                command_id=form.once,
                reason=form.cleaned_data["reason"],
            )
        except ConflictError as error:
            form.add_error(None, refusal_text(str(error)))
    return render(
        request,
        "portal/orchestrator/settings/rule.html",
        {"form": form, "rule": rule, "warning": too_few(rule.most, approvers(office))},
    )
