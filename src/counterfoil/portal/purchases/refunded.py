"""The paper of what was paid back to an organisation of its balance."""

from uuid import UUID

from counterfoil.engine.commands.sale_content import RefundOrganisation
from counterfoil.portal.models import Paper
from counterfoil.portal.purchases.papers import credit_note
from counterfoil.portal.purchases.reading import command_content


def note_refund(issuer_id: int, command_id: UUID) -> Paper:
    """Of a refund that is done: one, however often it is called."""
    refund = command_content(issuer_id, command_id)
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
