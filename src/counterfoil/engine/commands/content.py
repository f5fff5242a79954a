"""What can be asked by a command: one struct a kind. What is approved is exactly its encoding."""

from datetime import date, datetime
from typing import ClassVar, Final

import msgspec

from counterfoil.engine.acceptors import AcceptorDesign
from counterfoil.engine.commands.asking import Content
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
from counterfoil.money import Money

# Of those that are written down elsewhere; the rest is below.
__all__ = [
    "ApprovePurchase",
    "ChangeOrganisation",
    "ChangeOwnVouchers",
    "Content",
    "ForgetHandover",
    "HandOut",
    "HoldStock",
    "ReceivePayment",
    "RefundOrganisation",
    "RegisterOrganisation",
    "ReleaseStock",
    "ReplaceVouchers",
    "SuspendOrganisation",
    "TurnOrganisation",
]

CONTENT_BYTES_MAX: Final = 2_000_000


# ------------------------------------------------------------------- money


class Deposit(Content, frozen=True, kw_only=True, tag="deposit"):
    """`reference` is the bank's; `evidence` the digest of the paper that shows it, if any."""

    funding_account_id: int
    amount_minor: int
    currency: str
    reference: str
    value_date: date | None = None
    evidence: str | None = None

    @property
    def subject(self) -> str:
        return f"funding:{self.funding_account_id}"

    @property
    def money(self) -> Money:
        return Money(self.amount_minor, self.currency)


class Withdraw(Content, frozen=True, kw_only=True, tag="withdraw"):
    funding_account_id: int
    amount_minor: int
    currency: str
    reference: str

    @property
    def subject(self) -> str:
        return f"funding:{self.funding_account_id}"

    @property
    def money(self) -> Money:
        return Money(self.amount_minor, self.currency)


class OpenFundingAccount(Content, frozen=True, kw_only=True, tag="open_funding_account"):
    fsp: str
    account: str
    currency: str
    name: str = ""

    @property
    def subject(self) -> str:
        return "funding:new"


class ProvisionStock(Content, frozen=True, kw_only=True, tag="provision"):
    """From the version that was shown; if another is published meanwhile, it is refused."""

    group: str
    group_version: int
    amount_minor: int
    currency: str
    count: int

    @property
    def subject(self) -> str:
        return f"group:{self.group}"

    @property
    def money(self) -> Money:
        return Money(self.amount_minor * self.count, self.currency)


class TurnProvision(Content, frozen=True, kw_only=True, tag="turn_provision"):
    """Pause the stock of one provision, or resume it."""

    approvals: ClassVar[int] = 0

    provision_id: int
    paused: bool

    @property
    def subject(self) -> str:
        return f"provision:{self.provision_id}"


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
    """One action on many: named by serial, or all of a provision or a group."""

    action: str
    serials: tuple[int, ...] | None = None
    provision_id: int | None = None
    group: str | None = None
    extend_until: datetime | None = None

    @property
    def subject(self) -> str:
        if self.provision_id is not None:
            return f"provision:{self.provision_id}"
        if self.serials is not None and len(self.serials) == 1:
            return f"voucher:{self.serials[0]}"
        return f"group:{self.group}" if self.group is not None else "vouchers"


# ------------------------------------------------------- merchants, agents


class RegisterAcceptor(Content, frozen=True, kw_only=True, tag="register_acceptor"):
    """`profile` is the portal's key of what else is known of it."""

    design: AcceptorDesign
    profile: str

    @property
    def subject(self) -> str:
        return f"profile:{self.profile}"


class CreateAcceptorGroup(Content, frozen=True, kw_only=True, tag="create_acceptor_group"):
    """A name that merchants can be put under; who is put there is approved each time."""

    approvals: ClassVar[int] = 0

    code: str
    name: str

    @property
    def subject(self) -> str:
        return f"acceptor-group:{self.code}"


class SuspendAcceptor(Content, frozen=True, kw_only=True, tag="suspend_acceptor"):
    """Stops its redemptions at once, so it needs nobody else."""

    approvals: ClassVar[int] = 0

    acceptor_id: int

    @property
    def subject(self) -> str:
        return f"acceptor:{self.acceptor_id}"


class TurnAcceptor(Content, frozen=True, kw_only=True, tag="turn_acceptor"):
    """Approve one that came by file or API, reject it, reinstate it, or close it for good."""

    acceptor_id: int
    status: str

    @property
    def subject(self) -> str:
        return f"acceptor:{self.acceptor_id}"


class RegroupAcceptor(Content, frozen=True, kw_only=True, tag="regroup_acceptor"):
    acceptor_id: int
    expected_version: int
    groups: tuple[str, ...]
    daily_amount_minor_max: int | None = None
    daily_count_max: int | None = None

    @property
    def subject(self) -> str:
        return f"acceptor:{self.acceptor_id}"


class RebankAcceptor(Content, frozen=True, kw_only=True, tag="rebank_acceptor"):
    """Where it is paid from the end of the cooling-off on; payouts wait until then."""

    acceptor_id: int
    expected_version: int
    scheme: str
    fsp: str
    account: str

    @property
    def subject(self) -> str:
        return f"acceptor:{self.acceptor_id}"


class HoldPayouts(Content, frozen=True, kw_only=True, tag="hold_payouts"):
    """Holding is safe and needs nobody else; `ReleasePayouts` does."""

    approvals: ClassVar[int] = 0

    acceptor_id: int

    @property
    def subject(self) -> str:
        return f"acceptor:{self.acceptor_id}"


class ReleasePayouts(Content, frozen=True, kw_only=True, tag="release_payouts"):
    acceptor_id: int

    @property
    def subject(self) -> str:
        return f"acceptor:{self.acceptor_id}"


# ---------------------------------------------------------------- settings


class CreateClient(Content, frozen=True, kw_only=True, tag="create_client"):
    """Without a key: whoever prepared it makes one, once it is approved."""

    name: str
    scopes: tuple[str, ...]
    unattended_minor_max: int = 0

    @property
    def subject(self) -> str:
        return f"client-name:{self.name}"


class ChangeClient(Content, frozen=True, kw_only=True, tag="change_client"):
    client_id: int
    scopes: tuple[str, ...]
    unattended_minor_max: int = 0

    @property
    def subject(self) -> str:
        return f"client:{self.client_id}"


class RevokeClient(Content, frozen=True, kw_only=True, tag="revoke_client"):
    approvals: ClassVar[int] = 0

    client_id: int

    @property
    def subject(self) -> str:
        return f"client:{self.client_id}"


class SetClientKey(Content, frozen=True, kw_only=True, tag="set_client_key"):
    """Only the digest: the key was shown to who prepared this. For a client that has none yet."""

    approvals: ClassVar[int] = 0

    client_id: int
    key_digest: bytes

    @property
    def subject(self) -> str:
        return f"client:{self.client_id}"


class ReplaceClientKey(Content, frozen=True, kw_only=True, tag="replace_client_key"):
    """Takes the present key away; a new one is then made as for a new client."""

    client_id: int

    @property
    def subject(self) -> str:
        return f"client:{self.client_id}"


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
