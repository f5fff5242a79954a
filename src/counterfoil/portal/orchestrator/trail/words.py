"""What the trail's events are called, by the kind of thing they are about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from counterfoil.engine.commands.content import KINDS
from counterfoil.portal.exporting.lists import LISTS, event_of
from counterfoil.portal.words import command_word

_PREPARED: Final = "command.prepared."


@dataclass(frozen=True, slots=True)
class Family:
    """Events that are looked for together."""

    name: Promise
    events: Mapping[str, Promise]


FAMILIES: Final[Mapping[str, Family]] = {
    "commands": Family(
        gettext_lazy("Prepared and decided"),
        {
            "command.approve": pgettext_lazy("trail", "Approved"),
            "command.reject": pgettext_lazy("trail", "Rejected"),
            "command.withdraw": pgettext_lazy("trail", "Withdrew"),
        },
    ),
    "people": Family(
        gettext_lazy("People and roles"),
        {
            "person.invited": gettext_lazy("Invited a person"),
            "person.deactivated": gettext_lazy("Closed a person's account"),
            "person.sessions_ended": gettext_lazy("Signed a person out everywhere"),
            "second_factor.reset": gettext_lazy("Reset a second factor"),
            "role.given": gettext_lazy("Gave a role"),
            "role.taken": gettext_lazy("Took a role away"),
            "approval.delegated": gettext_lazy("Delegated approvals"),
            "approval.delegation_ended": gettext_lazy("Ended a delegation"),
        },
    ),
    "purchases": Family(
        gettext_lazy("Purchases"),
        {
            "purchase.request": gettext_lazy("Asked to buy vouchers"),
            "purchase.prove": gettext_lazy("Sent a proof of payment"),
            "purchase.quote": gettext_lazy("Began a quote"),
            "purchase.return": gettext_lazy("Returned a purchase for correction"),
            "purchase.record": gettext_lazy("Recorded the payment of a purchase"),
            "purchase.reject": gettext_lazy("Rejected a purchase"),
            "purchase.cancel": gettext_lazy("Cancelled a purchase"),
            "purchase.held": gettext_lazy("Saw that stock is held for a purchase"),
            "purchase.not_held": gettext_lazy("Saw that no stock is held for a purchase"),
            "purchase.approve": gettext_lazy("Saw that a purchase is approved"),
            "purchase.not_paid": gettext_lazy("Saw that a payment was not approved"),
            "purchase.allocate": gettext_lazy("Saw that a purchase is allocated"),
            "purchase.expire": gettext_lazy("Saw that a purchase has expired"),
        },
    ),
    "bank": Family(
        gettext_lazy("Bank"),
        {"bank_file.brought": gettext_lazy("Brought a file of the bank")},
    ),
    "merchants": Family(
        gettext_lazy("Merchants and agents"),
        {
            "merchant.begun": gettext_lazy("Began an application"),
            "merchant.profile": gettext_lazy("Began the profile of one that came without"),
            "merchant.legal": gettext_lazy("Changed the legal data"),
            "merchant.contact": gettext_lazy("Changed the people to call"),
            "merchant.outlet": gettext_lazy("Changed a place of business"),
            "merchant.document": gettext_lazy("Changed a document"),
            "merchant.bank": gettext_lazy("Changed the bank data of an application"),
            "merchant.verified": gettext_lazy("Said whether data are verified"),
            "merchant.submit": gettext_lazy("Sent an application for review"),
            "merchant.take": gettext_lazy("Took an application into review"),
            "merchant.ask": gettext_lazy("Asked for more information"),
            "merchant.approve": gettext_lazy("Approved an application"),
            "merchant.reject": gettext_lazy("Rejected an application"),
            "merchant.reopen": gettext_lazy("Reopened an application"),
            "merchant.withdraw": gettext_lazy("Withdrew an application"),
            "merchant.owner": gettext_lazy("Invited the owner"),
            "merchant.bank_switched": gettext_lazy("Told the old contact of new bank data"),
            "merchant.bank_kept": gettext_lazy("Told the old contact that bank data stay"),
        },
    ),
    "handovers": Family(
        gettext_lazy("Handing out by organisations"),
        {
            "handover.fetch_begun": gettext_lazy("Began to fetch numbers"),
            "handover.fetch_broken": gettext_lazy("Fetching numbers broke off"),
            "handover.fetched": gettext_lazy("Fetched numbers"),
            "handover.password_wrong": gettext_lazy("Wrong password for numbers"),
            "handover.lost": gettext_lazy("Numbers lost after wrong passwords"),
        },
    ),
    "organisations": Family(
        gettext_lazy("Organisations"),
        {
            "organisation.begun": gettext_lazy("Began the application of an organisation"),
            "organisation.profile": gettext_lazy(
                "Began the profile of an organisation that came without"
            ),
            "organisation.legal": gettext_lazy("Changed the data of an organisation"),
            "organisation.contact": gettext_lazy("Changed contact and invoices"),
            "organisation.document": gettext_lazy("Changed the documents of an organisation"),
            "organisation.terms": gettext_lazy("Changed the terms of an application"),
            "organisation.submit": gettext_lazy("Sent the application of an organisation"),
            "organisation.return": gettext_lazy("Returned an application for correction"),
            "organisation.propose": gettext_lazy("Proposed an organisation for approval"),
            "organisation.give_back": gettext_lazy("Its approval was not given"),
            "organisation.approve": gettext_lazy("Registered an organisation"),
            "organisation.reject": gettext_lazy("Rejected the application of an organisation"),
            "organisation.reopen": gettext_lazy("Reopened the application of an organisation"),
            "organisation.withdraw": gettext_lazy("Withdrew the application of an organisation"),
        },
    ),
    "vouchers": Family(
        gettext_lazy("Drafts of vouchers"),
        {
            "voucher_draft.begun": gettext_lazy("Began to design a voucher"),
            "voucher_draft.saved": gettext_lazy("Changed a design"),
            "voucher_draft.rebased": gettext_lazy("Brought a design up to date"),
            "voucher_draft.discarded": gettext_lazy("Threw a design away"),
        },
    ),
    "settings": Family(
        gettext_lazy("Settings"), {"settings.changed": gettext_lazy("Changed the portal")}
    ),
    "exports": Family(
        gettext_lazy("Exported lists"),
        {
            event_of(name): format_lazy(gettext_lazy("Exported: {list}"), list=title)
            for name, title in LISTS.items()
        },
    ),
}
# Of people, not of an issuer: no page filters by them.
_OF_ACCOUNTS: Final[Mapping[str, Promise]] = {
    "account.password_changed": gettext_lazy("Changed the password"),
    "account.password_reset": gettext_lazy("Set a new password by mail"),
    "account.recovery_codes_generated": gettext_lazy("Got new recovery codes"),
    "account.totp_activated": gettext_lazy("Set up the second factor"),
    "account.totp_deactivated": gettext_lazy("Took the second factor away"),
}
_WORDS: Final[Mapping[str, Promise]] = {
    **_OF_ACCOUNTS,
    **{event: words for family in FAMILIES.values() for event, words in family.events.items()},
}


def event_text(event: str) -> str:
    """An event nobody has named is shown by its key, readably."""
    if event.startswith(_PREPARED):
        return _("Prepared: %(what)s") % {"what": command_word(event.removeprefix(_PREPARED))}
    words = _WORDS.get(event)
    return event.replace(".", " ").replace("_", " ").capitalize() if words is None else str(words)


def has_words(event: str) -> bool:
    return event in _WORDS or (
        event.startswith(_PREPARED) and event.removeprefix(_PREPARED) in KINDS
    )


def events_of(family: str) -> tuple[str, ...]:
    own = tuple(FAMILIES[family].events)
    prepared = tuple(f"{_PREPARED}{kind}" for kind in KINDS)
    return (*own, *prepared) if family == "commands" else own
