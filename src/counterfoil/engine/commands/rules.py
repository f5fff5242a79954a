"""How many must approve a command: the kind's own number, or the issuer's rules by amount."""

from collections.abc import Sequence

from counterfoil.engine.commands.asking import Content
from counterfoil.engine.commands.content import KINDS, ApprovalBand
from counterfoil.engine.database import Connection
from counterfoil.engine.design_errors import design_errors
from counterfoil.engine.issuer import Issuer, commit
from counterfoil.engine.operation import Caller
from counterfoil.errors import ConflictError
from counterfoil.money import Money
from counterfoil.statements import statement
from counterfoil.voucher import Action


def approvals_needed(connection: Connection, issuer_id: int, content: Content) -> int:
    """Today's rules count: when it is prepared to say so, when it is carried out to decide."""
    if content.approvals == 0:
        return 0
    bands = approval_bands(connection, issuer_id, content.kind)
    return max(content.approvals, *(_applying(bands, content.money)), 1)


def approval_bands(connection: Connection, issuer_id: int, kind: str) -> list[ApprovalBand]:
    found = connection.execute(
        statement(__package__, "approval_bands"), {"issuer_id": issuer_id, "kind": kind}
    ).fetchall()
    return [ApprovalBand(*row) for row in found]


def _applying(bands: Sequence[ApprovalBand], money: Money | None) -> list[int]:
    """A rule by amount says nothing about other currencies; one from 0 on is for everything."""
    return [
        band.approvals
        for band in bands
        if (money is None and band.amount_minor_from == 0 and not band.currency)
        or (
            money is not None
            and band.currency in {"", money.currency}
            and money.amount_minor >= band.amount_minor_from
        )
    ]


def change_approvals(
    connection: Connection,
    issuer: Issuer,
    caller: Caller,
    kind: str,
    bands: Sequence[ApprovalBand],
    *,
    reference: str,
    reason: str,
) -> None:
    """In place of the rules for that kind. Raises ConflictError for a kind that needs nobody, and
    for a number of approvals that cannot be.
    """
    if kind not in KINDS or KINDS[kind].approvals == 0:
        raise ConflictError("That kind of change needs no approval.")
    journal = issuer.begin(connection)
    with design_errors(connection):
        connection.execute(
            statement(__package__, "forget_approvals"),
            {"issuer_id": issuer.issuer_id, "kind": kind},
        )
        connection.execute(
            statement(__package__, "change_approvals"),
            {
                "issuer_id": issuer.issuer_id,
                "kind": kind,
                "currencies": [band.currency for band in bands],
                "amounts": [band.amount_minor_from for band in bands],
                "approvals": [band.approvals for band in bands],
            },
        )
        journal.record(
            Action.CHANGE_SETTINGS,
            caller,
            reference=reference,
            subject=f"approvals:{kind}",
            reason=reason,
        )
        journal.add_leaf(Action.CHANGE_SETTINGS, actor=caller.actor, reference=reference)
        commit(connection, issuer, journal)
