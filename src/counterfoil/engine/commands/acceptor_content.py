"""What can be asked about merchants and agents."""

from typing import ClassVar

from counterfoil.engine.acceptors import AcceptorDesign
from counterfoil.engine.commands.asking import Content


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
