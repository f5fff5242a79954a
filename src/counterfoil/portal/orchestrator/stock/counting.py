"""Vouchers by state and by whose they are: of a list, a provision, a voucher, an allocation."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from counterfoil.money import Money
from counterfoil.portal.orchestrator.stock.reading import Provision
from counterfoil.portal.queries import rows
from counterfoil.voucher import State

COUNTED_MAX: Final = 50_000  # vouchers that are counted one by one for a page


@dataclass(frozen=True, slots=True)
class Owner:
    """Whom vouchers were sold to, or are held for until a purchase is paid; `unused_value` says
    whose the value is that they leave without being redeemed: issuer, buyer or breakage.
    """

    organisation_id: int | None = None
    name: str = ""
    is_held: bool = False
    unused_value: str = "issuer"

    @property
    def has_bought(self) -> bool:
        return self.organisation_id is not None and not self.is_held


NOBODY: Final = Owner()


@dataclass(frozen=True, slots=True)
class Part:
    """Vouchers in one state and of one owner: how many and what they are worth; `is_exact` is
    false where they are so many that they were not counted one by one.
    """

    state: State
    vouchers: int
    money: Money
    owner: Owner = NOBODY
    is_exact: bool = True


@dataclass(frozen=True, slots=True)
class Share:
    """Of a provision: what was cut off it for an organisation, and how far that is drawn."""

    owner: Owner
    vouchers: int
    drawn: int
    left: int


def parts_of_serials(issuer_id: int, serials: Iterable[int]) -> list[Part]:
    asked = {"issuer_id": issuer_id, "serials": list(serials)}
    return [_part(row) for row in rows(__package__, "count_listed", asked)]


def parts_of_allocation(issuer_id: int, allocation_id: int) -> list[Part]:
    asked = {"issuer_id": issuer_id, "allocation_id": allocation_id}
    return [_part(row) for row in rows(__package__, "count_allocation", asked)]


def parts_of_group(issuer_id: int, code: str) -> list[Part]:
    """What nobody bought is what there is less what organisations have."""
    found = rows(__package__, "count_group", {"issuer_id": issuer_id, "code": code})
    everything = [_part(row[1:]) for row in found if row[0]]
    owned = [_part(row[1:]) for row in found if not row[0]]
    return [*(_less(part, owned) for part in everything), *owned]


def parts_of_provision(issuer_id: int, provision: Provision) -> list[Part]:
    """One by one; of too many, what is in stock is named by the cursors, and what was handed out
    is taken to be with people.
    """
    if provision.is_counted and provision.created > COUNTED_MAX:
        return _by_cursors(provision, shares_of(issuer_id, provision))
    found = rows(
        __package__,
        "count_range",
        {
            "issuer_id": issuer_id,
            "provision_id": provision.provision_id,
            "serial_first": provision.serial_first,
            "serial_last": provision.serial_last,
            "vouchers_max": COUNTED_MAX,
        },
    )
    parts = [_part(row) for row in found]
    if sum(part.vouchers for part in parts) < COUNTED_MAX:
        return parts
    return [replace(part, is_exact=False) for part in parts]


def shares_of(issuer_id: int, provision: Provision) -> list[Share]:
    found = rows(
        __package__,
        "shares_of_provision",
        {
            "issuer_id": issuer_id,
            "provision_id": provision.provision_id,
            "serial_first": provision.serial_first,
            "serial_last": provision.serial_last,
            "next_created": provision.next_created,
        },
    )
    return [
        Share(Owner(organisation_id, name, is_held, unused_value), vouchers, drawn, left)
        for is_held, organisation_id, name, unused_value, vouchers, drawn, left in found
    ]


def _by_cursors(provision: Provision, shares: list[Share]) -> list[Part]:
    nobodys = provision.drawn - sum(share.drawn for share in shares)
    counted = [(State.STOCKED, provision.nobodys, NOBODY), (State.ACTIVE, nobodys, NOBODY)]
    for share in shares:
        counted.append((State.STOCKED, share.left, share.owner))
        counted.append((State.ACTIVE, share.drawn, share.owner))
    return [
        Part(
            state,
            vouchers,
            Money(provision.amount_minor * vouchers, provision.currency),
            owner,
            is_exact=False,
        )
        for state, vouchers, owner in counted
        if vouchers > 0
    ]


def _less(part: Part, owned: list[Part]) -> Part:
    same = [each for each in owned if each.state is part.state]
    vouchers = part.vouchers - sum(each.vouchers for each in same)
    minor = part.money.amount_minor - sum(each.money.amount_minor for each in same)
    return replace(part, vouchers=max(vouchers, 0), money=Money(max(minor, 0), part.money.currency))


def _part(row: tuple[Any, ...]) -> Part:
    state, vouchers, amount_minor, currency, organisation_id, name, is_held, unused_value = row
    owner = (
        NOBODY if organisation_id is None else Owner(organisation_id, name, is_held, unused_value)
    )
    return Part(State(state), vouchers, Money(amount_minor, currency), owner)
