"""The portal as one ASGI application, over a bridge to Django's WSGI."""

from typing import TYPE_CHECKING, Final, cast

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from counterfoil.keys.provider import KeyProvider
from counterfoil.portal.configuration import Serving, configure
from counterfoil.portal.schema import portal_secret
from counterfoil.portal.streams import App, watched

if TYPE_CHECKING:
    from a2wsgi.wsgi_typing import WSGIApp

_THREADS: Final = 8


def portal_asgi(url: str, provider: KeyProvider, serving: Serving) -> App:
    """Raises what is wrong in any module of a page, now rather than at the first request."""
    configure(url, secret=portal_secret(url, provider), serving=serving)
    get_resolver().check()  # reads every module that has an address
    bridge = WSGIMiddleware(
        cast("WSGIApp", get_wsgi_application()),  # each has words of its own for the same shapes
        workers=_THREADS,
    )
    return watched(cast("App", bridge))
