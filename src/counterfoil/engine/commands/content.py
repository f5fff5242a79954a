"""What can be asked by a command: one struct a kind. What is approved is exactly its encoding."""

from datetime import date, datetime
from typing import ClassVar, Final

import msgspec

from counterfoil.engine.commands.acceptor_content import (
    CreateAcceptorGroup,
    HoldPayouts,
    RebankAcceptor,
    RegisterAcceptor,
    RegroupAcceptor,
    ReleasePayouts,
    SuspendAcceptor,
    TurnAcceptor,
)
from counterfoil.engine.commands.asking import Content
from counterfoil.engine.commands.bank_content import (
    ClosePeriod,
    ResolveException,
    SetDepositRules,
)
from counterfoil.engine.commands.client_content import (
    ChangeClient,
    CreateClient,
    ReplaceClientKey,
    RevokeClient,
    SetClientKey,
)
from counterfoil.engine.commands.fund_content import (
    Deposit,
    OpenFundingAccount,
    ProvisionStock,
    TurnProvision,
    Withdraw,
)
from counterfoil.engine.commands.payout_content import (
    BeginPayoutRun,
    BudgetIncentives,
    DropPayoutRun,
    EndPayoutTerms,
    RefundRedemption,
    RetryPayout,
    SendPayouts,
    SetBankDays,
    SetEarningRules,
    SetPayoutRoutes,
    SetPayoutTerms,
)
from counterfoil.engine.commands.sale_content import (
    ApprovePurchase,
    ChangeOrganisation,
    ChangeOwnVouchers,
    ForgetHandover,
    HandOut,
    HoldStock,
    ReceivePayment,
    RefundOrganisation,
    RegisterOrganisation,
    ReleaseStock,
    ReplaceVouchers,
    SuspendOrganisation,
    TurnOrganisation,
)
from counterfoil.engine.groups import GroupDesign

# Of those that are written down elsewhere; the rest is below.
__all__ = [
    "ApprovePurchase",
    "BeginPayoutRun",
    "BudgetIncentives",
    "ChangeClient",
    "ChangeOrganisation",
    "ChangeOwnVouchers",
    "ClosePeriod",
    "Content",
    "CreateAcceptorGroup",
    "CreateClient",
    "Deposit",
    "DropPayoutRun",
    "EndPayoutTerms",
    "ForgetHandover",
    "HandOut",
    "HoldPayouts",
    "HoldStock",
    "OpenFundingAccount",
    "ProvisionStock",
    "RebankAcceptor",
    "ReceivePayment",
    "RefundOrganisation",
    "RefundRedemption",
    "RegisterAcceptor",
    "RegisterOrganisation",
    "RegroupAcceptor",
    "ReleasePayouts",
    "ReleaseStock",
    "ReplaceClientKey",
    "ReplaceVouchers",
    "ResolveException",
    "RetryPayout",
    "RevokeClient",
    "SendPayouts",
    "SetBankDays",
    "SetClientKey",
    "SetDepositRules",
    "SetEarningRules",
    "SetPayoutRoutes",
    "SetPayoutTerms",
    "SuspendAcceptor",
    "SuspendOrganisation",
    "TurnAcceptor",
    "TurnOrganisation",
    "TurnProvision",
    "Withdraw",
]

CONTENT_BYTES_MAX: Final = 2_000_000


# -------------------------------------------------------------- programmes


class OpenProgramme(Content, frozen=True, kw_only=True, tag="open_programme"):
    code: str
    name: str
    description: str = ""
    funding_account_id: int
    budget_minor: int | None = None
    starts_on: date | None = None
    sales_close_on: date | None = None
    redemption_close_on: date | None = None
    claims_close_on: date | None = None

    @property
    def subject(self) -> str:
        return f"programme:{self.code}"


class ChangeProgramme(Content, frozen=True, kw_only=True, tag="change_programme"):
    code: str
    expected_version: int
    name: str
    description: str = ""
    budget_minor: int | None = None
    starts_on: date | None = None
    sales_close_on: date | None = None
    redemption_close_on: date | None = None
    claims_close_on: date | None = None

    @property
    def subject(self) -> str:
        return f"programme:{self.code}"


class StepProgramme(Content, frozen=True, kw_only=True, tag="step_programme"):
    code: str
    expected_status: str
    to_status: str

    @property
    def subject(self) -> str:
        return f"programme:{self.code}"


# ---------------------------------------------------------------- vouchers


class PublishGroup(Content, frozen=True, kw_only=True, tag="publish_group"):
    """`expected_version` is the version it follows; 0 for a code that is new."""

    design: GroupDesign
    expected_version: int

    @property
    def subject(self) -> str:
        return f"group:{self.design.code}"


class PauseGroup(Content, frozen=True, kw_only=True, tag="pause_group"):
    """Nothing more of it is handed out; stops at once, so it needs nobody else."""

    approvals: ClassVar[int] = 0

    code: str

    @property
    def subject(self) -> str:
        return f"group:{self.code}"


class TurnGroup(Content, frozen=True, kw_only=True, tag="turn_group"):
    """Reopen a paused group, or close one for good."""

    code: str
    status: str

    @property
    def subject(self) -> str:
        return f"group:{self.code}"


class ChangeVoucher(Content, frozen=True, kw_only=True, tag="change_voucher"):
    """Stop one voucher, or let it go on: suspend, unsuspend, block, unblock."""

    approvals: ClassVar[int] = 0

    serial: int
    action: str

    @property
    def subject(self) -> str:
        return f"voucher:{self.serial}"


class ChangeVouchers(Content, frozen=True, kw_only=True, tag="change_vouchers"):
    """One action on many: named by serial, or all of a provision, a group or an allocation."""

    action: str
    serials: tuple[int, ...] | None = None
    provision_id: int | None = None
    group: str | None = None
    extend_until: datetime | None = None
    allocation_id: int | None = None

    @property
    def subject(self) -> str:
        if self.provision_id is not None:
            return f"provision:{self.provision_id}"
        if self.serials is not None and len(self.serials) == 1:
            return f"voucher:{self.serials[0]}"
        if self.allocation_id is not None:
            return f"allocation:{self.allocation_id}"
        return f"group:{self.group}" if self.group is not None else "vouchers"


# ---------------------------------------------------------------- settings


class RotateKey(Content, frozen=True, kw_only=True, tag="rotate_key"):
    purpose: str

    @property
    def subject(self) -> str:
        return f"key:{self.purpose}"


class ChangeSettings(Content, frozen=True, kw_only=True, tag="change_settings"):
    """None stays as it is."""

    activate_at_once: bool | None = None
    retention_days: int | None = None
    miss_budget: int | None = None
    miss_window_seconds: int | None = None
    issuer_miss_budget: int | None = None
    secret_tries: int | None = None
    cooling_off_days: int | None = None
    verify_accounts: str | None = None

    @property
    def subject(self) -> str:
        return "settings"


class ApprovalBand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From this amount on so many must approve; an empty currency is any."""

    currency: str
    amount_minor_from: int
    approvals: int


class ChangeApprovals(Content, frozen=True, kw_only=True, tag="change_approvals"):
    """All bands of one kind, in place of those there are."""

    of_kind: str
    bands: tuple[ApprovalBand, ...]

    @property
    def subject(self) -> str:
        return "settings"


Asked = (
    Deposit
    | Withdraw
    | OpenFundingAccount
    | ProvisionStock
    | TurnProvision
    | OpenProgramme
    | ChangeProgramme
    | StepProgramme
    | PublishGroup
    | PauseGroup
    | TurnGroup
    | ChangeVoucher
    | ChangeVouchers
    | RegisterAcceptor
    | CreateAcceptorGroup
    | SuspendAcceptor
    | TurnAcceptor
    | RegroupAcceptor
    | RebankAcceptor
    | HoldPayouts
    | ReleasePayouts
    | CreateClient
    | ChangeClient
    | RevokeClient
    | SetClientKey
    | ReplaceClientKey
    | RotateKey
    | ChangeSettings
    | ChangeApprovals
    | RegisterOrganisation
    | ChangeOrganisation
    | SuspendOrganisation
    | TurnOrganisation
    | HoldStock
    | ReleaseStock
    | ApprovePurchase
    | ReceivePayment
    | RefundOrganisation
    | HandOut
    | ReplaceVouchers
    | ForgetHandover
    | ChangeOwnVouchers
    | SetPayoutTerms
    | EndPayoutTerms
    | SetBankDays
    | SetPayoutRoutes
    | BeginPayoutRun
    | DropPayoutRun
    | SendPayouts
    | RetryPayout
    | RefundRedemption
    | SetEarningRules
    | BudgetIncentives
    | ClosePeriod
    | ResolveException
    | SetDepositRules
)

_DECODER: Final[msgspec.json.Decoder[Asked]] = msgspec.json.Decoder(Asked)
KINDS: Final[dict[str, type[Content]]] = {
    str(each.__struct_config__.tag): each for each in Asked.__args__
}


def encoded(content: Content) -> bytes:
    """Deterministic: the same content is the same bytes."""
    return msgspec.json.encode(content, order="sorted")


def decoded(content: bytes) -> Asked:
    """Raises msgspec.ValidationError for what is none of the kinds."""
    return _DECODER.decode(content)
