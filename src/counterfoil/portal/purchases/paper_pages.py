"""Papers as pages name them, and give them out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpResponse

from counterfoil.portal.models import Paper, PaperKind
from counterfoil.portal.purchases.papers import reference
from counterfoil.portal.purchases.pdf import rendered


@dataclass(frozen=True, slots=True)
class PaperLink:
    paper_id: UUID
    name: str
    reference: str
    at: datetime


def paper_lines(found: Iterable[Paper]) -> list[PaperLink]:
    return [
        PaperLink(each.pk, str(PaperKind(each.kind).label), reference(each), each.issued_at)
        for each in found
    ]


def given_paper(paper: Paper | None) -> HttpResponse:
    """To be saved. Raises Http404 for none."""
    if paper is None:
        raise Http404
    answer = HttpResponse(rendered(paper), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{reference(paper)}.pdf"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
