"""Accounts of acceptors, asked about in the background: whether their provider has them."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import structlog

from counterfoil.engine.accounts.verifying import DueAccount, Told, due_accounts, note_answers
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.payouts.routes import rail_for
from counterfoil.gateway.port import AccountCheck, AccountStatus, Gateway, known_currency
from counterfoil.gateway.resolver import SENDERS_MAX

_NOWHERE = "none"  # the rail of an account that no rail can be asked about

_log = structlog.get_logger("counterfoil.gateway.verifying")


def verify_accounts(connection: Connection, issuer: Issuer, rails: Mapping[str, Gateway]) -> int:
    """One round over what is due, at most SENDERS_MAX accounts. Returns how many there were."""
    due = due_accounts(connection, issuer, SENDERS_MAX)
    if not due:
        return 0
    with ThreadPoolExecutor(len(due), thread_name_prefix="accounts") as threads:
        told = list(threads.map(partial(_told, issuer, rails), due))
    note_answers(connection, issuer, told)
    missing = sum(each.status == AccountStatus.NOT_FOUND for each in told)
    _log.info("accounts.verified", issuer=issuer.code, accounts=len(told), missing=missing)
    return len(told)


def _told(issuer: Issuer, rails: Mapping[str, Gateway], due: DueAccount) -> Told:
    """By the first of its rails that knows."""
    last = Told(due=due, rail=_NOWHERE, status=AccountStatus.UNKNOWN)
    for name in _rails_that_pay(issuer, due):
        if name not in rails:
            continue
        check = rails[name].verify_account(due.account, due.fsp)
        last = Told(
            due=due,
            rail=name,
            status=check.status,
            currency=known_currency(check),
            holder_matches=_holder_matches(check, due),
        )
        if check.status is not AccountStatus.UNKNOWN:
            return last
    return last


def _rails_that_pay(issuer: Issuer, due: DueAccount) -> list[str]:
    """Each once, in the order of the issuer's currencies."""
    catalogue = issuer.catalogue
    programmes = (None, *catalogue.programmes_by_id)
    found = (
        rail_for(
            catalogue.routes,
            scheme=due.scheme,
            currency=fund.currency,
            programme_id=programme_id,
        )
        for fund in catalogue.funding_accounts.values()
        for programme_id in programmes
    )
    return list(dict.fromkeys(name for name in found if name is not None))


def _holder_matches(check: AccountCheck, due: DueAccount) -> bool | None:
    if check.holder_name is None:
        return None
    return _plain(check.holder_name) == _plain(due.name)


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
