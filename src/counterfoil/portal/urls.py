"""Every address of the portal."""

from django.urls import include, path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from counterfoil.portal import PREFIX, converters, places, upload_pages
from counterfoil.portal.door.language import choose_language
from counterfoil.portal.static_files import static_file

converters.register()

_ROOT = f"{PREFIX.removeprefix('/')}/"

urlpatterns = [
    path("", require_safe(RedirectView.as_view(url=f"{PREFIX}/"))),
    path(_ROOT.removesuffix("/"), require_safe(RedirectView.as_view(url=f"{PREFIX}/"))),
    path(_ROOT, places.home, name="home"),
    path(f"{_ROOT}static/<digest>/<name>", static_file, name="static"),
    path(f"{_ROOT}language", choose_language, name="language"),
    path(_ROOT, include("counterfoil.portal.door.urls")),
    path(_ROOT, include("counterfoil.portal.notifications.urls")),
    path(f"{_ROOT}apply/", include("counterfoil.portal.public.urls")),
    path(f"{_ROOT}<issuer:issuer>/uploads/<uuid:upload_id>", upload_pages.upload, name="upload"),
    path(
        f"{_ROOT}<issuer:issuer>/pictures/<sha256:digest>.webp",
        upload_pages.voucher_picture,
        name="picture",
    ),
    path(
        f"{_ROOT}<issuer:issuer>/shop/<id:acceptor_id>/",
        include("counterfoil.portal.shop.urls"),
    ),
    path(
        f"{_ROOT}<issuer:issuer>/org/<id:organisation_id>/",
        include("counterfoil.portal.buyer.urls"),
    ),
    path(f"{_ROOT}<issuer:issuer>/", include("counterfoil.portal.orchestrator.urls")),
]
