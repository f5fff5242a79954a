"""The chart of accounts and the postings of each event: which money moves where.

Every account counts what it was debited and what it was credited; both only grow. FUNDING
is the issuer's money at its financial provider (a debit balance), all others say whom that
money is for (credit balances).
"""

from collections.abc import Mapping
from enum import IntEnum
from functools import lru_cache
from typing import Final

import msgspec

from counterfoil.voucher import HOLDS_VALUE, Action, State


class AccountKind(IntEnum):
    """Stored as smallint; the numbers never change. The comment names the owner."""

    FUNDING = 1  # nobody: the funding account itself
    AVAILABLE = 2  # nobody
    EARMARKED = 3  # a provision
    RESERVED = 4  # a voucher group
    PAYABLE = 5  # an acceptor
    CUSTOMER = 6  # an organisation
    FEES = 7  # nobody
    BREAKAGE = 8  # nobody
    IN_TRANSIT = 9  # nobody
    INCENTIVES = 10  # nobody

    @property
    def word(self) -> str:
        return self.name.lower()


class Account(msgspec.Struct, frozen=True):
    """One account of one issuer; `owner_id` is 0 where the kind has no owner."""

    kind: AccountKind
    funding_account_id: int
    owner_id: int = 0


class Posting(msgspec.Struct, frozen=True):
    """One movement of money: `amount_minor` > 0, from what is debited to what is credited."""

    debit: Account
    credit: Account
    amount_minor: int


# Where the reserved money of a voucher goes when an action ends its life.
REDEEMED_TO: Final[Mapping[Action, AccountKind]] = {
    Action.REDEEM: AccountKind.PAYABLE,
    Action.SETTLE: AccountKind.FUNDING,
}
FREED_BY: Final = frozenset({Action.CANCEL, Action.EXPIRE, Action.LAPSE, Action.REPLACE})


@lru_cache(maxsize=4096)
def voucher_posting(
    action: Action,
    before: State,
    amount_minor: int,
    funding_account_id: int,
    group_id: int,
    acceptor_id: int = 0,
    freed_to: Account | None = None,
) -> Posting | None:
    """What one action on one voucher moves; None where no money changes its place. Freed value is
    available again, where it is not somebody's.
    """
    if before not in HOLDS_VALUE:
        return None
    if action in FREED_BY:
        credit = freed_to or Account(AccountKind.AVAILABLE, funding_account_id)
    elif action in REDEEMED_TO:
        kind = REDEEMED_TO[action]
        owner_id = acceptor_id if kind is AccountKind.PAYABLE else 0
        credit = Account(kind, funding_account_id, owner_id)
    else:
        return None
    debit = Account(AccountKind.RESERVED, funding_account_id, group_id)
    return Posting(debit, credit, amount_minor)
