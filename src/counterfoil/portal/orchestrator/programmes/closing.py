"""How far the closing of a programme is: what is in stock is cancelled, what is out expires."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from counterfoil.engine.catalogue import Programme
from counterfoil.engine.programme_figures import holdings, total
from counterfoil.portal.access import EVERYONE, Office, office_page
from counterfoil.portal.orchestrator.programmes.reading import programme_or_404
from counterfoil.portal.queries import engine_connection, rows
from counterfoil.programme import ProgrammeStatus


@dataclass(frozen=True, slots=True)
class Closing:
    """Vouchers that have ended by it, and those that are still to."""

    done: int
    left: int
    refused: int
    is_finished: bool

    @property
    def all(self) -> int:
        return self.done + self.left


@require_safe
@office_page(sees=EVERYONE)
def closing(request: HttpRequest, office: Office, code: str) -> HttpResponse:
    """The part of the programme's page that asks for itself again until it is finished."""
    found = programme_or_404(office, code)
    progress = closing_of(office, found)
    if progress is None:
        raise Http404
    return render(
        request,
        "portal/orchestrator/programmes/closing.html",
        {"programme": found, "closing": progress},
    )


def closing_of(office: Office, programme: Programme) -> Closing | None:
    """None before it. Two queries."""
    if programme.status is not ProgrammeStatus.CLOSED:
        return None
    bulks = rows(
        "counterfoil.engine",
        "closing_bulks",
        {"issuer_id": office.issuer_id, "programme_id": programme.programme_id},
    )
    found = holdings(engine_connection(), office.issuer_id, programme.programme_id)
    left = total(each.open for each in found).vouchers
    return Closing(
        done=sum(row[2] for row in bulks),
        left=left,
        refused=sum(row[3] for row in bulks),
        is_finished=not left and all(row[4] == "finished" for row in bulks),
    )
