"""The words and tones of states, actions, refusals, commands and accounts, the same on every page.

A tone says how a state is marked: `good`, `wait`, `bad`, `info`, or nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from counterfoil.chart import AccountKind
from counterfoil.engine.operation import Outcome
from counterfoil.programme import ProgrammeStatus
from counterfoil.voucher import Action, State


@dataclass(frozen=True, slots=True)
class Word:
    """`str()` is the text in the language of the page."""

    text: Promise | str
    tone: str = ""

    def __str__(self) -> str:
        return str(self.text)


def voucher_state(state: State | int) -> Word:
    return _VOUCHER[State(state)]


def action_word(action: Action | int) -> Promise:
    """What happened: "Redeemed"."""
    return _ACTIONS[Action(action)]


def outcome_word(outcome: Outcome | str) -> Promise:
    """Why an operation was refused, or that it was done."""
    return _OUTCOMES[Outcome(outcome)]


def account_word(kind: AccountKind | int) -> Promise:
    """Where money is."""
    return _ACCOUNTS[AccountKind(kind)]


def acceptor_status(status: str) -> Word:
    """Of the engine: what a merchant or an agent may do."""
    return _ACCEPTOR.get(status, Word(status))


def group_status(status: str) -> Word:
    return _GROUP.get(status, Word(status))


def provision_status(status: str) -> Word:
    return _PROVISION.get(status, Word(status))


def programme_status(status: ProgrammeStatus | str) -> Word:
    return _PROGRAMME[ProgrammeStatus(status)]


def client_status(status: str) -> Word:
    return _CLIENT.get(status, Word(status))


def payment_status(status: str) -> Word:
    return _PAYMENT.get(status, Word(status))


def command_state(status: str) -> Word:
    return _COMMAND_STATES.get(status, Word(status))


def command_word(kind: str) -> Promise | str:
    """What a command is: "Deposit", "New version of a voucher"."""
    return _COMMANDS.get(kind, kind)


_VOUCHER: Final[Mapping[State, Word]] = {
    State.STOCKED: Word(_("In stock")),
    State.PREACTIVATED: Word(_("Pre-activated"), "wait"),
    State.ACTIVE: Word(_("Active"), "good"),
    State.REDEEMING: Word(_("Being paid"), "wait"),
    State.REDEEMED: Word(_("Redeemed"), "good"),
    State.SUSPENDED: Word(_("Suspended"), "wait"),
    State.BLOCKED: Word(_("Blocked"), "bad"),
    State.CANCELLED: Word(_("Cancelled"), "bad"),
    State.EXPIRED: Word(_("Expired"), "bad"),
    State.PURGED: Word(_("Purged")),
}
_ACTIONS: Final[Mapping[Action, Promise]] = {
    Action.PREACTIVATE: _("Drawn from stock, not active yet"),
    Action.ACTIVATE: _("Activated"),
    Action.ISSUE: _("Drawn from stock and activated"),
    Action.REDEEM: _("Redeemed"),
    Action.RESERVE: _("Redemption begun, payment sent"),
    Action.SETTLE: _("Paid, and so redeemed"),
    Action.RELEASE: _("Payment refused, active again"),
    Action.SUSPEND: _("Suspended"),
    Action.UNSUSPEND: _("Suspension lifted"),
    Action.BLOCK: _("Blocked"),
    Action.UNBLOCK: _("Block lifted"),
    Action.CANCEL: _("Cancelled"),
    Action.EXPIRE: _("Expired"),
    Action.LAPSE: _("Cancelled: not activated in time"),
    Action.REPLACE: _("Replaced by another voucher"),
    Action.PURGE: _("Purged: kept as a number only"),
    Action.EXTEND: _("Validity extended"),
    Action.CREATE_ISSUER: _("Issuer set up"),
    Action.DEPOSIT: _("Deposited"),
    Action.WITHDRAW: _("Withdrawn"),
    Action.PROVISION: _("Provision begun"),
    Action.STOCK: _("Vouchers put into stock"),
    Action.IMPORT_VOUCHERS: _("Vouchers imported"),
    Action.PAUSE_PROVISION: _("Provision paused"),
    Action.RESUME_PROVISION: _("Provision resumed"),
    Action.CREATE_GROUP: _("Voucher published"),
    Action.CHANGE_GROUP: _("Voucher changed"),
    Action.CREATE_ACCEPTOR: _("Merchant or agent registered"),
    Action.CHANGE_ACCEPTOR: _("Merchant or agent changed"),
    Action.CREATE_CLIENT: _("Calling system registered"),
    Action.CHANGE_CLIENT: _("Calling system changed"),
    Action.ROTATE_KEY: _("Key rotated"),
    Action.CHANGE_SETTINGS: _("Settings changed"),
    Action.BEGIN_BULK: _("Change of many vouchers begun"),
    Action.OPEN_PROGRAMME: _("Programme opened"),
    Action.CHANGE_PROGRAMME: _("Programme changed"),
    Action.STEP_PROGRAMME: _("Programme taken a step on"),
    Action.OPEN_FUNDING_ACCOUNT: _("Funding account opened"),
    Action.RECEIVE: _("Paid in by an organisation"),
    Action.REFUND: _("Paid back to an organisation"),
    Action.HOLD_STOCK: _("Stock held for a purchase"),
    Action.ALLOCATE: _("Sold to an organisation"),
    Action.RELEASE_STOCK: _("Held stock given back"),
    Action.SELL: _("Purchase paid"),
    Action.CREATE_ORGANISATION: _("Organisation registered"),
    Action.CHANGE_ORGANISATION: _("Organisation changed"),
    Action.BEGIN_HANDOVER: _("Handing out begun"),
    Action.FORGET_HANDOVER: _("Numbers fetched and forgotten"),
    Action.CHANGE_PAYOUT_TERMS: _("Payout terms changed"),
    Action.BEGIN_PAYOUT_RUN: _("Payout run begun"),
    Action.DROP_PAYOUT_RUN: _("Payout run dropped"),
    Action.APPROVE_PAYOUT_RUN: _("Payout run approved"),
    Action.PAY_OUT: _("Payout sent"),
    Action.COMPLETE_PAYOUT: _("Payout arrived"),
    Action.FAIL_PAYOUT: _("Payout failed, owed again"),
    Action.RETURN_PAYOUT: _("Payout came back, owed again"),
    Action.REFUND_REDEMPTION: _("Redemption refunded"),
    Action.TAKE_BANK_FILE: _("Bank file taken in"),
    Action.END_EXCEPTION: _("Difference explained"),
    Action.CLOSE_PERIOD: _("Period closed"),
    Action.SET_EARNING_RULES: _("What agents earn changed"),
    Action.BUDGET_INCENTIVES: _("Budget for incentives changed"),
    Action.EARN: _("Earned by an agent"),
    Action.SET_DEPOSIT_RULES: _("Rules for deposits changed"),
}
_OUTCOMES: Final[Mapping[Outcome, Promise]] = {
    Outcome.DONE: _("Done"),
    Outcome.PENDING: _("The payment is under way."),
    Outcome.CLIENT_UNKNOWN: _("The calling system is not known."),
    Outcome.SCOPE_MISSING: _("The calling system may not do this."),
    Outcome.REFERENCE_REUSED: _("The same reference was used for something else."),
    Outcome.NUMBER_NO_LONGER_SHOWN: _("The number can no longer be shown."),
    Outcome.AMOUNT_INVALID: _("There is no such amount."),
    Outcome.CURRENCY_INVALID: _("It is of another currency."),
    Outcome.GROUP_UNKNOWN: _("There is no such voucher."),
    Outcome.SALES_CLOSED: _("Its programme hands out nothing more."),
    Outcome.OUT_OF_STOCK: _("The stock is used up. Provision more."),
    Outcome.FUNDS_MISSING: _("There is not enough available money. Deposit more."),
    Outcome.NUMBER_MALFORMED: _("That is no voucher number: look for a typing error."),
    Outcome.NUMBER_UNKNOWN: _("There is no voucher of that number."),
    Outcome.SECRET_WRONG: _("The secret does not go with the serial."),
    Outcome.SERIAL_UNKNOWN: _("There is no voucher of that serial."),
    Outcome.ALREADY_REDEEMED: _("It is redeemed already."),
    Outcome.PAYMENT_IN_PROGRESS: _("A payment for it is under way."),
    Outcome.EXPIRED: _("It has expired."),
    Outcome.SUSPENDED: _("It is suspended."),
    Outcome.BLOCKED: _("It is blocked."),
    Outcome.ALREADY_CANCELLED: _("It is cancelled."),
    Outcome.PURGED: _("It is purged."),
    Outcome.NOT_PREACTIVATED: _("It is not pre-activated."),
    Outcome.NOT_ACTIVE: _("It is not active yet."),
    Outcome.NOT_ALLOWED: _("That cannot happen in its present state."),
    Outcome.NOT_DUE: _("Its time has not come."),
    Outcome.REDEMPTION_CLOSED: _("Its programme takes no vouchers back any more."),
    Outcome.ACCEPTOR_UNKNOWN: _("The merchant is not known."),
    Outcome.ACCEPTOR_NOT_APPROVED: _("The merchant is not approved, or is suspended."),
    Outcome.GROUP_MISMATCH: _("This merchant does not accept this voucher."),
    Outcome.LIMIT_REACHED: _("A limit for today is reached."),
    Outcome.FUNDING_SHORT: _("The funding account could not pay."),
    Outcome.CANNOT_CREDIT: _("The merchant's account could not be paid."),
}
_ACCOUNTS: Final[Mapping[AccountKind, Promise]] = {
    AccountKind.FUNDING: _("Funding account"),
    AccountKind.AVAILABLE: _("Available"),
    AccountKind.EARMARKED: _("Set aside for vouchers being made"),
    AccountKind.RESERVED: _("In vouchers"),
    AccountKind.PAYABLE: _("Owed to merchants"),
    AccountKind.CUSTOMER: _("Of organisations"),
    AccountKind.FEES: _("Fees"),
    AccountKind.BREAKAGE: _("Breakage"),
    AccountKind.IN_TRANSIT: _("On its way"),
    AccountKind.INCENTIVES: _("Incentives"),
}
_ACCEPTOR: Final[Mapping[str, Word]] = {
    "draft": Word(_("In review"), "wait"),
    "approved": Word(_("Approved"), "good"),
    "rejected": Word(_("Rejected"), "bad"),
    "suspended": Word(_("Suspended"), "bad"),
    "closed": Word(_("Closed")),
}
_GROUP: Final[Mapping[str, Word]] = {
    "open": Word(_("Open"), "good"),
    "paused": Word(_("Paused"), "wait"),
    "closed": Word(_("Closed")),
}
_PROVISION: Final[Mapping[str, Word]] = {
    "running": Word(_("Being made"), "info"),
    "ready": Word(_("Ready"), "good"),
    "paused": Word(_("Paused"), "wait"),
    "cancelled": Word(_("Cancelled"), "bad"),
}
_PROGRAMME: Final[Mapping[ProgrammeStatus, Word]] = {
    ProgrammeStatus.OPEN: Word(_("Open"), "good"),
    ProgrammeStatus.SALES_CLOSED: Word(_("Sales closed"), "wait"),
    ProgrammeStatus.REDEMPTION_CLOSED: Word(_("Redemption closed"), "wait"),
    ProgrammeStatus.CLAIMS_CLOSED: Word(_("Claims closed"), "wait"),
    ProgrammeStatus.CLOSED: Word(_("Closed")),
}
_CLIENT: Final[Mapping[str, Word]] = {
    "active": Word(_("Active"), "good"),
    "revoked": Word(_("Revoked"), "bad"),
}
_PAYMENT: Final[Mapping[str, Word]] = {
    "pending": Word(_("Under way"), "wait"),
    "completed": Word(_("Paid"), "good"),
    "rejected": Word(_("Refused"), "bad"),
    "returned": Word(_("Came back"), "bad"),
}
_COMMAND_STATES: Final[Mapping[str, Word]] = {
    "waiting": Word(_("Waiting for approval"), "wait"),
    "running": Word(_("Being done"), "info"),
    "done": Word(_("Done"), "good"),
    "refused": Word(_("Refused"), "bad"),
    "rejected": Word(_("Rejected"), "bad"),
    "withdrawn": Word(_("Withdrawn")),
    "expired": Word(_("Expired"), "bad"),
}
_COMMANDS: Final[Mapping[str, Promise]] = {
    "deposit": _("Deposit"),
    "withdraw": _("Withdrawal"),
    "open_funding_account": _("New funding account"),
    "provision": _("Provision of vouchers"),
    "turn_provision": _("Pause or resumption of a provision"),
    "open_programme": _("New programme"),
    "change_programme": _("Change of a programme"),
    "step_programme": _("Next step of a programme"),
    "publish_group": _("Publication of a voucher"),
    "pause_group": _("Pause of a voucher"),
    "turn_group": _("Reopening or closing of a voucher"),
    "change_voucher": _("Change of one voucher"),
    "change_vouchers": _("Change of many vouchers"),
    "register_acceptor": _("Registration of a merchant or agent"),
    "create_acceptor_group": _("New group of merchants"),
    "suspend_acceptor": _("Suspension of a merchant or agent"),
    "turn_acceptor": _("Change of a merchant's or agent's state"),
    "regroup_acceptor": _("Change of groups and limits"),
    "register_organisation": _("New organisation"),
    "change_organisation": _("Change of an organisation"),
    "suspend_organisation": _("Suspension of an organisation"),
    "turn_organisation": _("Standing of an organisation"),
    "hold_stock": _("Stock to be held for a purchase"),
    "release_stock": _("Held stock to be given back"),
    "approve_purchase": _("Purchase of vouchers"),
    "receive_payment": _("Payment for a balance"),
    "refund_organisation": _("Refund to an organisation"),
    "hand_out": _("Handing out of vouchers"),
    "replace_vouchers": _("Replacement of lost vouchers"),
    "forget_handover": _("Numbers to be forgotten"),
    "change_own_vouchers": _("Change of an organisation's vouchers"),
    "rebank_acceptor": _("Change of banking data"),
    "hold_payouts": _("Hold of payouts"),
    "release_payouts": _("Release of payouts"),
    "set_payout_terms": _("Change of payout terms"),
    "end_payout_terms": _("End of payout terms"),
    "set_bank_days": _("Change of days on which banks rest"),
    "set_payout_routes": _("Change of which rail pays whom"),
    "begin_payout_run": _("New payout run"),
    "drop_payout_run": _("Payout run to be dropped"),
    "send_payouts": _("Payment of merchants"),
    "retry_payout": _("Payout to be sent again"),
    "refund_redemption": _("Refund of a redemption"),
    "set_earning_rules": _("Change of what agents earn"),
    "budget_incentives": _("Budget for what agents earn"),
    "close_period": _("Closing of a period"),
    "resolve_exception": _("End of a difference with the bank"),
    "set_deposit_rules": _("Change of the rules for deposits"),
    "create_client": _("New calling system"),
    "change_client": _("Change of a calling system"),
    "revoke_client": _("Revocation of a calling system"),
    "set_client_key": _("First key of a calling system"),
    "replace_client_key": _("New key for a calling system"),
    "rotate_key": _("Rotation of a key"),
    "change_settings": _("Change of settings"),
    "change_approvals": _("Change of approval rules"),
}
