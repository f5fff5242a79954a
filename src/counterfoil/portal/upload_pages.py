"""Files given out: to who may see them, to be saved and never to be shown or run here."""

from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from counterfoil.portal.access import EVERYONE, Office, office_page
from counterfoil.portal.models.uploads import Upload
from counterfoil.portal.uploads import path_of, picture_path


@require_safe
@office_page(sees=EVERYONE)
def upload(_request: HttpRequest, office: Office, upload_id: UUID) -> HttpResponseBase:
    """To be saved: no browser shows or runs it here."""
    found = Upload.objects.filter(pk=upload_id, issuer_id=office.issuer_id).first()
    if found is None:
        raise Http404
    return file_of(found)


def file_of(found: Upload) -> FileResponse:
    """To whoever was found to be allowed to have it."""
    try:
        file = path_of(found.id).open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        file, as_attachment=True, filename=found.name, content_type=found.media_type
    )
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; sandbox; frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_safe
@office_page(sees=EVERYONE)
def voucher_picture(_request: HttpRequest, office: Office, digest: str) -> HttpResponse:
    return picture_of(office.issuer_id, digest)


def picture_of(issuer_id: int, digest: str) -> HttpResponse:
    """Our own drawing of a picture: the only thing sent by people that a page shows."""
    try:
        content = picture_path(issuer_id, digest).read_bytes()
    except FileNotFoundError as error:
        raise Http404 from error
    response = HttpResponse(content, content_type="image/webp")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
