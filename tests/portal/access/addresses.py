"""The addresses that the portal's URLconf has, and what stands in them for a furnished issuer."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.portal.access.furnished import Furnished

from counterfoil.portal.static_files import asset_named

Parts = Mapping[str, object]
_PART: Final = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>")


@dataclass(frozen=True, slots=True)
class Address:
    """`name` is the URL's, or its path where it has none."""

    name: str
    route: str

    @property
    def parts(self) -> list[str]:
        """What has to be put into it."""
        return [one or other for one, other in _PART.findall(self.route)]

    def path(self, parts: Parts) -> str:
        if self.name.startswith("/"):
            return self.name
        return reverse(self.name, kwargs={part: parts[part] for part in self.parts})


def addresses() -> list[Address]:
    return list(_below(get_resolver().url_patterns, ""))


def _below(patterns: Sequence[URLPattern | URLResolver], before: str) -> Iterator[Address]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _below(pattern.url_patterns, route)
        else:
            yield Address(pattern.name or f"/{route}", route)


def parts_of(of: Furnished, name: str, letter: str) -> dict[str, object]:
    """What stands in an address when somebody of that role asks for it."""
    house, desk, asked = of.house, of.desk, of.asked
    usual: dict[str, object] = {
        "issuer": of.code,
        "acceptor_id": house.acceptor_id,
        "act": "suspend",
        "allocation_id": of.handing.allocation,
        "bulk_id": house.bulk_id,
        "client_id": house.client_id,
        "code": house.programme,
        "command_id": asked.waiting["deposit"],
        "delegation_id": desk.delegation,
        "digest": desk.digest,
        "draft_id": desk.draft,
        "funding_account_id": house.funding_account_id,
        "group": house.group,
        "handover_id": of.replacing.sent,
        "item_id": desk.contact,
        "key": "set-password",
        "kind": "deposit",
        "mail_id": of.mail_id,
        "notification_id": of.told.get(letter, of.told["O"]),
        "name": "counterfoil.css",
        "organisation_id": house.organisation_id,
        "person_id": of.people["O"].pk,
        "profile_id": desk.profile,
        "provision_id": house.provision_id,
        "purpose": "hash",
        "role_id": desk.cashier,
        "section": "bank",
        "serial": house.serial,
        "stage": "people",
        "status": "paused",
        "step": "amounts",
        "token": desk.token,
        "turn": "pause",
        "uidb36": "1",
        "uidb64": "MQ",
        "upload_id": desk.upload,
    }
    return {
        **usual,
        **_of_organisations(of, name),
        **_of_handing(of, name),
        **_of_purchases(of, name),
        **_of_payouts(of, name),
        **_of_banking(of, name),
        **_OTHERS.get(name, {}),
        **_own(of, name, letter),
    }


def _of_organisations(of: Furnished, name: str) -> Parts:
    """Whose applications have keys of their own."""
    buying = of.buying
    if name.startswith("organisation-application"):
        return {"profile_id": buying.profile, "item_id": buying.document}
    if name.startswith("apply-organisation"):
        return {"token": buying.token, "item_id": buying.applying_document}
    if name == "buyer-people-remove":
        return {"role_id": buying.distributor}
    return {}


def _of_purchases(of: Furnished, name: str) -> Parts:
    """One in the state in which the page does something."""
    purchasing = of.purchasing
    states = {
        "purchase": "allocated",
        "purchase-quote": "requested",
        "purchase-pay": "proof",
        "purchase-answer": "proof",
        "organisation-purchase": "allocated",
        "buyer-purchase-ask": "draft",
        "buyer-purchase-lines": "draft",
        "buyer-purchase-proof": "quoted",
        "buyer-purchase-cancel": "quoted",
        "buyer-proof-file": "proof",
    }
    found: dict[str, object] = {"paper_id": purchasing.paper} if name.endswith("paper") else {}
    if name in states:
        found |= {"purchase_id": purchasing.purchases[states[name]], "answer": "return"}
    if name == "buyer-proof-file":
        found["proof_id"] = purchasing.proof
    return found


def _of_payouts(of: Furnished, name: str) -> Parts:
    """The shop's payout that failed; what is sent or dropped is the run that waits."""
    paying = of.paying
    found: dict[str, object] = {
        "terms_id": paying.terms_id,
        "run_id": paying.failed.run_id,
        "through": paying.closed,
    }
    if name in {"payout-run-send", "payout-run-drop"}:
        found["run_id"] = paying.previewed.run_id
    if name == "payout-terms-merchant":
        found["acceptor_id"] = of.house.draft_acceptor_id
    if name in {"redemption-refund", "redemption-replace"}:
        found["serial"] = of.house.redeemed
    return found


def _of_banking(of: Furnished, name: str) -> Parts:
    banking = of.banking
    found: dict[str, object] = {"entry_id": banking.entry_id, "exception_id": banking.exception_id}
    return {**found, "brought_id": banking.brought_id} if name == "bank-brought" else found


def _of_handing(of: Furnished, name: str) -> Parts:
    """What the organisation has of its own."""
    if not name.startswith("buyer-"):
        return {}
    unsent = name in {"buyer-handover-review", "buyer-handover-discard"}
    return {
        "allocation_id": of.handing.allocation,
        "handover_id": of.handing.begun if unsent else of.handing.sent,
        "command_id": of.handing.changed,
        "serial": of.handing.serial,
        "act": "suspend",
    }


_OTHERS: Final[Mapping[str, Parts]] = {
    "application-stage": {"stage": "business"},
    "organisation-application-stage": {"stage": "organisation"},
    "organisation-application-step": {"step": "withdraw"},
    "apply-organisation-stage": {"stage": "contact"},
    "application-step": {"step": "withdraw"},
    "apply-stage": {"stage": "business"},
    "merchant-payouts": {"act": "hold"},
    "voucher-change": {"step": "suspend"},
    "welcome": {"token": "set-password"},
}


def _own(of: Furnished, name: str, letter: str) -> Parts:
    """What is different for that address, or for who asks."""
    match name:
        case "static":
            return {"digest": asset_named("counterfoil.css").digest}
        case "replacement-review" | "replacement-discard":
            return {"handover_id": of.replacing.begun}
        case "programme-closing":
            return {"code": of.house.closed}
        case "withdraw":
            return {"command_id": of.asked.own.get(letter, of.asked.own["O"])}
        case "client-key":
            return {"client_id": of.house.keyless_id}
        case "client-key-state":
            return {"client_id": of.house.keyless_id, "command_id": of.asked.about_client}
        case "voucher-draft-follow":
            return {"draft_id": of.desk.next_draft}
        case "apply-item" | "apply-remove":
            return {"item_id": of.desk.applying_contact}
        case _:
            return {}
