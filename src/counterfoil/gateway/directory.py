"""Whose an identifier is, asked of one source after the other until one knows."""

from collections.abc import Sequence
from dataclasses import dataclass

from counterfoil.gateway.port import AccountCheck, AccountStatus, Gateway
from counterfoil.gateway.rail_settings import PORTABILITY
from counterfoil.gateway.rails import Rails


@dataclass(frozen=True, slots=True)
class Found:
    """What the source that knew said; of one that all do not know, the last of them."""

    source: str
    check: AccountCheck


def sources_of(rails: Rails, issuer_code: str) -> list[tuple[str, Gateway | None]]:
    """In the order in which they are asked; the tables of numbers are no rail. Where the issuer
    says nothing they are first, and the rails follow as they are set.
    """
    own = {rail.name: rail for rail in rails.of(issuer_code) if rail.looks_up}
    names = dict(rails.sources).get(issuer_code, (PORTABILITY, *own))
    return [(name, own[name].online if name in own else None) for name in names]


def look_up(
    sources: Sequence[tuple[str, Gateway | None]], identifier: str, provider: str | None
) -> Found | None:
    """`provider` is what the tables of numbers say: it tells the provider and no account. None
    where nobody knows it and somebody did not answer: then nothing is known. It may take as long
    as all its rails may.
    """
    last, is_sure = Found(PORTABILITY, AccountCheck(AccountStatus.NOT_FOUND)), True
    for name, gateway in sources:
        check = _asked(gateway, identifier, provider)
        if check.status is AccountStatus.FOUND:
            return Found(name, check)
        is_sure = is_sure and check.status is AccountStatus.NOT_FOUND
        last = Found(name, check)
    return last if is_sure else None


def _asked(gateway: Gateway | None, identifier: str, provider: str | None) -> AccountCheck:
    if gateway is not None:
        return gateway.lookup(identifier)
    if provider is None:
        return AccountCheck(AccountStatus.NOT_FOUND)
    return AccountCheck(AccountStatus.FOUND, fsp=provider)
