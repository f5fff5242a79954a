"""What the fields of an entry are called, and what stands in them, as people say it."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from babel.numbers import format_decimal
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.engine.banking.exceptions import ExceptionKind
from counterfoil.engine.banking.resolving import How
from counterfoil.portal.language import day_text, page_locale
from counterfoil.portal.merchants.forms import country_name
from counterfoil.portal.models import (
    AcceptorRoleName,
    Checked,
    DocumentKind,
    MerchantKind,
    OrganisationKind,
    OrganisationPaper,
    OrganisationRoleName,
    Origin,
    ProfileStatus,
    Role,
    Scheme,
    Section,
)
from counterfoil.portal.orchestrator.banking.words import difference_word, way_word
from counterfoil.portal.orchestrator.clients.words import SCOPES
from counterfoil.portal.orchestrator.settings.words import PURPOSES, SETTINGS
from counterfoil.portal.orchestrator.trail.words import FAMILIES
from counterfoil.portal.orchestrator.vouchers.design import settlement_text, unused_text
from counterfoil.portal.organisations.words import organisation_status, percent_text
from counterfoil.portal.words import (
    acceptor_status,
    action_word,
    command_word,
    group_status,
    programme_status,
)
from counterfoil.programme import ProgrammeStatus
from counterfoil.voucher import Action

LABELS: Final[Mapping[str, Promise]] = {
    "about": gettext_lazy("About"),
    "acceptor": gettext_lazy("Merchant"),
    "acceptor_id": gettext_lazy("Merchant"),
    "acceptor_group": gettext_lazy("Group of merchants"),
    "accepts": gettext_lazy("Accepted by"),
    "accepts_names": gettext_lazy("Accepted by, one by one"),
    "account": gettext_lazy("Account number"),
    "action": gettext_lazy("What is done"),
    "address": gettext_lazy("Address"),
    "agents": gettext_lazy("Calling systems of agents"),
    "allocation_id": gettext_lazy("Vouchers of a purchase"),
    "amount": gettext_lazy("Amount"),
    "amount_from": gettext_lazy("From this amount on"),
    "amount_max": gettext_lazy("Highest amount"),
    "amount_minor": gettext_lazy("Amount, in the smallest unit"),
    "amount_minor_from": gettext_lazy("From this amount on, in the smallest unit"),
    "amount_minor_max": gettext_lazy("Highest amount, in the smallest unit"),
    "amounts": gettext_lazy("Amounts"),
    "approvals": gettext_lazy("Approvals"),
    "asked": gettext_lazy("What was asked"),
    "at_once": gettext_lazy("Active as soon as handed out"),
    "bands": gettext_lazy("Steps of the rule"),
    "bank_reference": gettext_lazy("Bank reference"),
    "budget_minor": gettext_lazy("Budget, in the smallest unit"),
    "claims_close_on": gettext_lazy("Claims close"),
    "client_id": gettext_lazy("Calling system"),
    "closed": gettext_lazy("The account was closed"),
    "code": gettext_lazy("Code"),
    "count": gettext_lazy("Vouchers"),
    "commission_points": gettext_lazy("Commission, in percent"),
    "contact_email": gettext_lazy("E-mail of who is in charge"),
    "contact_name": gettext_lazy("In charge"),
    "contact_telephone": gettext_lazy("Telephone of who is in charge"),
    "country": gettext_lazy("Country"),
    "currency": gettext_lazy("Currency"),
    "cut_off": gettext_lazy("Cut-off time"),
    "cycle": gettext_lazy("When a run begins"),
    "day": gettext_lazy("Day"),
    "denomination_minor": gettext_lazy("Amount of each voucher, in the smallest unit"),
    "daily_amount_max": gettext_lazy("Most in a day"),
    "daily_amount_minor_max": gettext_lazy("Most in a day, in the smallest unit"),
    "daily_count_max": gettext_lazy("Most vouchers in a day"),
    "denominations": gettext_lazy("Amounts, in the smallest unit"),
    "description": gettext_lazy("Description"),
    "digest": gettext_lazy("Seal of the preview"),
    "document": gettext_lazy("Kind of document"),
    "email": gettext_lazy("E-mail"),
    "ends_on": gettext_lazy("Last day"),
    "event": gettext_lazy("What is earned by"),
    "evidence": gettext_lazy("Digest of the evidence"),
    "exception_kind": gettext_lazy("What does not agree"),
    "exception_id": gettext_lazy("Difference"),
    "expected_status": gettext_lazy("State so far"),
    "expires_on": gettext_lazy("Valid until"),
    "extend_until": gettext_lazy("New end"),
    "fee_minor": gettext_lazy("Fee, in the smallest unit"),
    "file": gettext_lazy("File"),
    "fixed_minor": gettext_lazy("Earned each time, in the smallest unit"),
    "format": gettext_lazy("Kind of file"),
    "from": gettext_lazy("From"),
    "fsp": gettext_lazy("Bank or provider"),
    "funding_account_id": gettext_lazy("Funding account"),
    "group": gettext_lazy("Voucher"),
    "group_version": gettext_lazy("Version"),
    "groups": gettext_lazy("Groups"),
    "held_until": gettext_lazy("Held until"),
    "hold_hours": gettext_lazy("Hours that a redemption waits"),
    "hold_seconds": gettext_lazy("Pre-activated for, in seconds"),
    "holidays": gettext_lazy("Holidays"),
    "hours": gettext_lazy("Opening hours"),
    "how": gettext_lazy("How it ends"),
    "invoice_address": gettext_lazy("Address for invoices"),
    "invoice_email": gettext_lazy("E-mail for invoices"),
    "kind": gettext_lazy("Kind"),
    "language": gettext_lazy("Language"),
    "least_minor": gettext_lazy("Least earned, in the smallest unit"),
    "lines": gettext_lazy("Lines"),
    "merchants_apply": gettext_lazy("They can apply by themselves"),
    "minimum_minor": gettext_lazy("Least that is paid, in the smallest unit"),
    "most_minor": gettext_lazy("Most earned, in the smallest unit"),
    "name": gettext_lazy("Name"),
    "net_minor": gettext_lazy("Paid out, in the smallest unit"),
    "notes": gettext_lazy("Notes"),
    "number_digits": gettext_lazy("Digits of the number"),
    "of_kind": gettext_lazy("What it is about"),
    "on_day": gettext_lazy("Day of the week or the month"),
    "on_behalf_of": gettext_lazy("In the name of"),
    "organisation_id": gettext_lazy("Organisation"),
    "organisations_apply": gettext_lazy("Organisations can apply by themselves"),
    "origin": gettext_lazy("How it came"),
    "outlet": gettext_lazy("Place"),
    "paid": gettext_lazy("Payment"),
    "paused": gettext_lazy("Paused"),
    "payer_reference": gettext_lazy("Reference begins with"),
    "payer_name": gettext_lazy("Paid by"),
    "payouts": gettext_lazy("Payouts"),
    "picture": gettext_lazy("Picture"),
    "points": gettext_lazy("Share earned, in percent"),
    "position": gettext_lazy("Position on the map"),
    "programme": gettext_lazy("Programme"),
    "programme_id": gettext_lazy("Programme"),
    "provision_id": gettext_lazy("Provision"),
    "purchase": gettext_lazy("Purchase"),
    "purpose": gettext_lazy("What the key is for"),
    "puts_back": gettext_lazy("Put back"),
    "quantity": gettext_lazy("Vouchers"),
    "redemption_close_on": gettext_lazy("Redemption closes"),
    "reference": gettext_lazy("Bank reference"),
    "registered_name": gettext_lazy("Registered name"),
    "replacement": gettext_lazy("A new voucher in its place"),
    "replaces": gettext_lazy("In place of"),
    "restock_level": gettext_lazy("So many are few"),
    "rest_days": gettext_lazy("Days of the week on which banks rest"),
    "role": gettext_lazy("Role"),
    "run_id": gettext_lazy("Payout run"),
    "sales_close_on": gettext_lazy("Sales close"),
    "rail": gettext_lazy("Rail"),
    "routes": gettext_lazy("Which rail pays whom"),
    "rules": gettext_lazy("Rules"),
    "scheme": gettext_lazy("Paid by"),
    "scopes": gettext_lazy("May"),
    "section": gettext_lazy("What was checked"),
    "serial": gettext_lazy("Voucher"),
    "serials": gettext_lazy("Serials"),
    "settlement": gettext_lazy("Merchants are paid"),
    "since": gettext_lazy("Since"),
    "starts_on": gettext_lazy("Starts"),
    "sort": gettext_lazy("Order"),
    "state": gettext_lazy("What was found"),
    "status": gettext_lazy("State"),
    "takes_part": gettext_lazy("Fewer, where the money does not reach"),
    "tax_id": gettext_lazy("Tax number"),
    "through": gettext_lazy("Up to the end of"),
    "tax_id_checked": gettext_lazy("The tax number fits its country"),
    "search": gettext_lazy("Name or e-mail"),
    "telephone": gettext_lazy("Telephone"),
    "terms_id": gettext_lazy("Payout terms"),
    "text": gettext_lazy("Name"),
    "threshold_minor": gettext_lazy("Owed enough, in the smallest unit"),
    "time_zone": gettext_lazy("Time zone"),
    "to": gettext_lazy("Lent to"),
    "to_status": gettext_lazy("Next state"),
    "total_minor": gettext_lazy("In all, in the smallest unit"),
    "town": gettext_lazy("Town or district"),
    "unattended_minor_max": gettext_lazy("Most without approval, in the smallest unit"),
    "until": gettext_lazy("Until"),
    "unused_value": gettext_lazy("Unused value"),
    "valid_for_days": gettext_lazy("Valid for so many days"),
    "valid_until": gettext_lazy("Valid until"),
    "value_date": gettext_lazy("Value date"),
    "vouchers": gettext_lazy("Vouchers"),
    "what": gettext_lazy("What"),
    "when_short": gettext_lazy("Where the stock does not reach"),
    "who": gettext_lazy("Who"),
    **{name: words.label for name, words in SETTINGS.items()},
}
# Keys and digests that say nothing to people, or that the entry says beside it.
UNSAID: Final = frozenset(
    {
        "command",
        "contact",
        "expected_version",
        "handover_id",
        "key_digest",
        "profile",
        "recipient_key",
        "sale_id",
        "design.code",
    }
)
# Fields that hold a key of something: `acceptor_id` 7 is `acceptor:7`. Not what somebody asked to
# see (`who`, `about`): that can be anybody's key, and would be answered with a name.
KEYS: Final[Mapping[str, str]] = {
    "acceptor": "acceptor",
    "acceptor_id": "acceptor",
    "client_id": "client",
    "funding_account_id": "funding",
    "group": "group",
    "groups": "acceptor-group",
    "on_behalf_of": "",
    "organisation_id": "organisation",
    "programme": "programme",
    "provision_id": "provision",
    "run_id": "payout-run",
    "serial": "voucher",
    "to": "",
}
_COUNTS: Final = frozenset({"count", "daily_count_max", "restock_level", "valid_for_days"})
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def label_of(name: str) -> str:
    """Of a field, or of one within another: `design.name`."""
    last = name.rpartition(".")[2]
    own = LABELS.get(last)
    return last.replace("_", " ").capitalize() if own is None else str(own)


def word_of(name: str, value: str | int, *, event: str) -> str:
    """A value that is a code, a day or a number, as people write it; else as it is."""
    last = name.rpartition(".")[2]
    if last in {"commission_points", "points"} and isinstance(value, int):
        return percent_text(value)
    if isinstance(value, int):
        return format_decimal(value, locale=page_locale()) if last in _COUNTS else str(value)
    if _DAY.fullmatch(value):
        return day_text(date.fromisoformat(value))
    said = _status(event) if last == "status" else _WORDS.get(last)
    return value if said is None else said(value)


def _status(event: str) -> Callable[[str], str]:
    if event.startswith("merchant."):
        return _of(ProfileStatus)
    if event.startswith("organisation.") or event.endswith("_organisation"):
        return lambda value: str(organisation_status(value))
    if event.endswith("_group"):
        return lambda value: str(group_status(value))
    return lambda value: str(acceptor_status(value))


def _of(*choices: type) -> Callable[[str], str]:
    """The label of whichever has it."""
    labels = {value: label for each in choices for value, label in each.choices}  # type: ignore[attr-defined]
    return lambda value: str(labels.get(value, value))


def _step(value: str) -> str:
    return str(programme_status(value)) if value in set(ProgrammeStatus) else value


def _how(value: str) -> str:
    return str(way_word(How(value))) if value in set(How) else value


def _difference(value: str) -> str:
    return str(difference_word(ExceptionKind(value))) if value in set(ExceptionKind) else value


def _action(value: str) -> str:
    return str(action_word(Action[value.upper()])) if value.upper() in Action.__members__ else value


def _accepted(value: str) -> str:
    words = {"any": _("anybody"), "groups": _("groups"), "acceptors": _("merchants by name")}
    return words.get(value, value)


_UNUSED: Final = frozenset({"issuer", "buyer", "breakage"})
_WORDS: Final[Mapping[str, Callable[[str], str]]] = {
    "accepts": _accepted,
    "action": _action,
    "country": country_name,
    "document": _of(OrganisationPaper, DocumentKind),
    "exception_kind": _difference,
    "expected_status": _step,
    "how": _how,
    "kind": _of(MerchantKind, OrganisationKind),
    "of_kind": lambda value: str(command_word(value)),
    "origin": _of(Origin),
    "purpose": lambda value: str(PURPOSES[value].label) if value in PURPOSES else value,
    "role": _of(Role, AcceptorRoleName, OrganisationRoleName),
    "scheme": _of(Scheme),
    "scopes": lambda value: str(SCOPES[value].label) if value in SCOPES else value,
    "section": _of(Section),
    "settlement": settlement_text,
    "state": _of(Checked),
    "to_status": _step,
    "unused_value": lambda value: unused_text(value) if value in _UNUSED else value,
    "what": lambda value: str(FAMILIES[value].name) if value in FAMILIES else value,
}
