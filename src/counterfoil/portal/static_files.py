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

_OURS: Final = "counterfoil.portal"
_STYLE: Final = tuple(
    f"style/{part}.css" for part in ("base", "layout", "parts", "forms", "around", "watching")
)
_SCRIPT: Final = "text/javascript; charset=utf-8"

# What may be asked for: where it is, and what it is; of several files one is made. htmx comes
# with django_htmx; what is in `built` was bundled when the package was (hatch_build.py).
_FILES: Final = {
    "counterfoil.css": (_OURS, _STYLE, "text/css; charset=utf-8"),
    "counterfoil.svg": (_OURS, ("counterfoil.svg",), "image/svg+xml"),
    "portal.js": (_OURS, ("portal.js",), _SCRIPT),
    "live.js": (_OURS, ("live.js",), _SCRIPT),
    "charts.js": (_OURS, ("charts.js",), _SCRIPT),
    "chart-library.js": (_OURS, ("built/chart-library.js",), _SCRIPT),
    "htmx.js": ("django_htmx", ("django_htmx/htmx-2.min.js",), _SCRIPT),
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
    package, paths, media_type = _FILES[name]
    folder = files(package) / "static"
    plain = b"\n".join((folder / path).read_bytes() for path in paths)
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
