"""The life of a voucher, as one table. Nothing else decides; nobody else assigns a state.

stocked ─preactivate▶ preactivated ─activate▶ active ─redeem▶ redeemed ─purge▶ purged
                               active ─reserve▶ redeeming ─settle▶ redeemed
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final


class State(IntEnum):
    """Stored as smallint; the numbers never change."""

    STOCKED = 1
    PREACTIVATED = 2
    ACTIVE = 3
    REDEEMING = 4
    REDEEMED = 5
    SUSPENDED = 6
    BLOCKED = 7
    CANCELLED = 8
    EXPIRED = 9
    PURGED = 10

    @property
    def word(self) -> str:
        return self.name.lower()


class Action(IntEnum):
    """What an operation does. Stored as smallint; the numbers never change.

    Up to EXTEND an action changes one voucher; from 101 on it changes money, stock or the
    catalogue and is recorded in the same journal.
    """

    PREACTIVATE = 1
    ACTIVATE = 2
    ISSUE = 3
    REDEEM = 4
    RESERVE = 5
    SETTLE = 6
    RELEASE = 7
    SUSPEND = 8
    UNSUSPEND = 9
    BLOCK = 10
    UNBLOCK = 11
    CANCEL = 12
    EXPIRE = 13
    LAPSE = 14
    REPLACE = 15
    PURGE = 16
    EXTEND = 17

    CREATE_ISSUER = 101
    DEPOSIT = 102
    WITHDRAW = 103
    PROVISION = 104
    STOCK = 105
    IMPORT_VOUCHERS = 106
    PAUSE_PROVISION = 107
    RESUME_PROVISION = 108
    CREATE_GROUP = 111
    CHANGE_GROUP = 112
    CREATE_ACCEPTOR = 113
    CHANGE_ACCEPTOR = 114
    CREATE_CLIENT = 115
    CHANGE_CLIENT = 116
    ROTATE_KEY = 117
    CHANGE_SETTINGS = 118
    BEGIN_BULK = 119
    OPEN_PROGRAMME = 120
    CHANGE_PROGRAMME = 121
    STEP_PROGRAMME = 122
    OPEN_FUNDING_ACCOUNT = 123
    RECEIVE = 124
    REFUND = 125
    HOLD_STOCK = 126
    ALLOCATE = 127
    RELEASE_STOCK = 128
    SELL = 129
    CREATE_ORGANISATION = 130
    CHANGE_ORGANISATION = 131
    BEGIN_HANDOVER = 132
    FORGET_HANDOVER = 133
    CHANGE_PAYOUT_TERMS = 134
    BEGIN_PAYOUT_RUN = 135
    DROP_PAYOUT_RUN = 136
    APPROVE_PAYOUT_RUN = 137
    PAY_OUT = 138
    COMPLETE_PAYOUT = 139
    FAIL_PAYOUT = 140
    RETURN_PAYOUT = 141
    REFUND_REDEMPTION = 142
    TAKE_BANK_FILE = 143
    END_EXCEPTION = 144
    CLOSE_PERIOD = 145
    SET_EARNING_RULES = 146
    BUDGET_INCENTIVES = 147
    EARN = 148
    SET_DEPOSIT_RULES = 149

    @property
    def word(self) -> str:
        return self.name.lower()


# The state after each allowed action; None means back where it was before.
TRANSITIONS: Final[Mapping[tuple[State, Action], State | None]] = {
    (State.STOCKED, Action.PREACTIVATE): State.PREACTIVATED,
    (State.STOCKED, Action.ISSUE): State.ACTIVE,
    (State.STOCKED, Action.CANCEL): State.CANCELLED,
    (State.PREACTIVATED, Action.ACTIVATE): State.ACTIVE,
    (State.PREACTIVATED, Action.SUSPEND): State.SUSPENDED,
    (State.PREACTIVATED, Action.BLOCK): State.BLOCKED,
    (State.PREACTIVATED, Action.CANCEL): State.CANCELLED,
    (State.PREACTIVATED, Action.LAPSE): State.CANCELLED,
    (State.PREACTIVATED, Action.EXPIRE): State.EXPIRED,
    (State.PREACTIVATED, Action.REPLACE): State.CANCELLED,
    (State.PREACTIVATED, Action.EXTEND): State.PREACTIVATED,
    (State.ACTIVE, Action.REDEEM): State.REDEEMED,
    (State.ACTIVE, Action.RESERVE): State.REDEEMING,
    (State.ACTIVE, Action.SUSPEND): State.SUSPENDED,
    (State.ACTIVE, Action.BLOCK): State.BLOCKED,
    (State.ACTIVE, Action.CANCEL): State.CANCELLED,
    (State.ACTIVE, Action.EXPIRE): State.EXPIRED,
    (State.ACTIVE, Action.REPLACE): State.CANCELLED,
    (State.ACTIVE, Action.EXTEND): State.ACTIVE,
    (State.REDEEMING, Action.SETTLE): State.REDEEMED,
    (State.REDEEMING, Action.RELEASE): State.ACTIVE,
    (State.SUSPENDED, Action.UNSUSPEND): None,
    (State.SUSPENDED, Action.EXPIRE): State.EXPIRED,
    (State.SUSPENDED, Action.REPLACE): State.CANCELLED,
    (State.SUSPENDED, Action.EXTEND): State.SUSPENDED,
    (State.BLOCKED, Action.UNBLOCK): None,
    (State.BLOCKED, Action.CANCEL): State.CANCELLED,
    (State.BLOCKED, Action.EXPIRE): State.EXPIRED,
    (State.BLOCKED, Action.REPLACE): State.CANCELLED,
    (State.BLOCKED, Action.EXTEND): State.BLOCKED,
    (State.REDEEMED, Action.PURGE): State.PURGED,
    (State.CANCELLED, Action.PURGE): State.PURGED,
    (State.EXPIRED, Action.PURGE): State.PURGED,
}

# A voucher in one of these still holds its face value in `reserved:<group>`.
HOLDS_VALUE: Final = frozenset(
    {
        State.STOCKED,
        State.PREACTIVATED,
        State.ACTIVE,
        State.REDEEMING,
        State.SUSPENDED,
        State.BLOCKED,
    }
)

# With people, and worth something; of those, the ones for which no payment is under way.
OUT: Final = HOLDS_VALUE - {State.STOCKED}
OPEN: Final = OUT - {State.REDEEMING}

# What stops a voucher, and what lets it go on.
STOPPING: Final = frozenset({Action.SUSPEND, Action.BLOCK})
LIFTING: Final = frozenset({Action.UNSUSPEND, Action.UNBLOCK})

# States that remember where they came from: to go back there, or to say how it ended.
REMEMBERS_PRIOR: Final = frozenset({State.SUSPENDED, State.BLOCKED, State.PURGED})


def next_state(state: State, action: Action, prior: State | None) -> State | None:
    """The state after `action`, or None where the table does not allow it."""
    try:
        after = TRANSITIONS[state, action]
    except KeyError:
        return None
    return prior if after is None else after
