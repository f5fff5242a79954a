"""What comes of handovers, whether or not anybody looks: a round of the portal's upkeep."""

from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from counterfoil.portal.handovers.lists import KEPT_UNSENT
from counterfoil.portal.handovers.progress import progress_of
from counterfoil.portal.handovers.telling import About, tell_of_numbers
from counterfoil.portal.models import HandoverList
from counterfoil.portal.queries import rows

_AT_ONCE: Final = 50


def follow_handovers() -> None:
    """Serials beside people; keys that open nothing any more; lists that nobody sent."""
    for handover_id, issuer_id in rows(__package__, "unsettled", {"rows_max": _AT_ONCE}):
        settle(issuer_id, handover_id)
    for handover_id, count in rows(__package__, "forgotten", {"rows_max": _AT_ONCE}):
        _lose(handover_id, count)
    old = HandoverList.objects.filter(
        sent_at__isnull=True, begun_at__lt=timezone.now() - KEPT_UNSENT
    )
    HandoverList.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:_AT_ONCE])).delete()


@transaction.atomic
def _lose(handover_id: UUID, count: int) -> None:
    """Its key opens nothing any more."""
    handover = HandoverList.objects.select_for_update().get(pk=handover_id)
    if handover.wrapped_key is not None:
        handover.wrapped_key, handover.lost_at = None, timezone.now()
        handover.save()
        tell_of_numbers(handover, About.LOST, count)


@transaction.atomic
def settle(issuer_id: int, handover_id: UUID) -> None:
    """As far as it was drawn; done once the engine is."""
    handover = HandoverList.objects.select_for_update().get(pk=handover_id)
    if handover.settled:
        return
    progress = progress_of(issuer_id, handover_id)
    rows(__package__, "settle", {"issuer_id": issuer_id, "handover_id": handover_id})
    if progress.is_over:
        handover.settled = True
        if progress.is_refused:
            handover.wrapped_key, handover.lost_at = None, timezone.now()
        handover.save()
        if progress.handed and handover.wrapped_key is not None:
            tell_of_numbers(handover, About.READY, progress.handed)
