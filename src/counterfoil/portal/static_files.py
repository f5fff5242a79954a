"""Our style and scripts: from a fixed list, at an address that changes with their content.

A browser keeps them for a year and asks again only when a page names another address.
"""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

_YEAR_SECONDS: Final = 365 * 24 * 3600
_DIGEST_DIGITS: Final = 12

# What may be asked for: where it is, and what it is. htmx comes with django_htmx.
_FILES: Final = {
    "counterfoil.css": ("counterfoil.portal", "counterfoil.css", "text/css; charset=utf-8"),
    "counterfoil.svg": ("counterfoil.portal", "counterfoil.svg", "image/svg+xml"),
    "portal.js": ("counterfoil.portal", "portal.js", "text/javascript; charset=utf-8"),
    "htmx.js": ("django_htmx", "django_htmx/htmx-2.min.js", "text/javascript; charset=utf-8"),
}


@dataclass(frozen=True, slots=True)
class Asset:
    digest: str
    media_type: str
    plain: bytes
    zipped: bytes


@cache
def asset_named(name: str) -> Asset:
    """Raises KeyError for a name that is not on the list."""
    package, path, media_type = _FILES[name]
    plain = (files(package) / "static" / path).read_bytes()
    digest = hashlib.sha256(plain).hexdigest()[:_DIGEST_DIGITS]
    return Asset(digest, media_type, plain, gzip.compress(plain, mtime=0))


def address_of(name: str) -> str:
    return reverse("static", args=[asset_named(name).digest, name])


@require_safe
def static_file(request: HttpRequest, digest: str, name: str) -> HttpResponse:
    """A page from before an update asks by an old digest: it gets today's file, not to be kept."""
    if name not in _FILES:
        raise Http404
    asset = asset_named(name)
    zips = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(asset.zipped if zips else asset.plain, content_type=asset.media_type)
    if zips:
        response.headers["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding"])
    kept = f"public, max-age={_YEAR_SECONDS}, immutable" if digest == asset.digest else "no-store"
    response.headers["Cache-Control"] = kept
    return response
