"""The paper of what was paid back to an organisation of its balance."""

from uuid import UUID

from counterfoil.engine.commands.content import decoded
from counterfoil.engine.commands.sale_content import RefundOrganisation
from counterfoil.portal.models import Paper
from counterfoil.portal.purchases.papers import credit_note
from counterfoil.portal.queries import rows


def note_refund(issuer_id: int, command_id: UUID) -> Paper:
    """Of a refund that is done: one, however often it is called."""
    asked = {"issuer_id": issuer_id, "command_id": command_id}
    ((content,),) = rows(__package__, "command_content", asked)
    refund = decoded(bytes(content))
    if not isinstance(refund, RefundOrganisation):
        raise TypeError(type(refund).__name__)
    return credit_note(
        issuer_id,
        refund.organisation_id,
        command_id,
        money=refund.money,
        bank_reference=refund.bank_reference,
        value_date=refund.value_date,
    )
