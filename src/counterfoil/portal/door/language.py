"""Pages speak the person's language; before anyone has signed in, the browser's."""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from counterfoil.portal import PREFIX
from counterfoil.portal.models import Person

_WORDLESS: Final = f"{PREFIX}/static/"


class PersonsLanguage:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(_WORDLESS):  # a file has no person to be looked up
            return self._get_response(request)
        language = _language(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self._get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def _language(request: HttpRequest) -> str:
    person = request.user
    if isinstance(person, Person) and person.language:
        return person.language
    return translation.get_language_from_request(request)


@require_POST
def choose_language(request: HttpRequest) -> HttpResponseBase:
    """Kept with who is signed in, and in a cookie for who is not."""
    person, language = request.user, request.POST.get("language", "")
    # Django itself speaks more languages than we do.
    if isinstance(person, Person) and language in dict(settings.LANGUAGES):
        person.language = language
        person.save(update_fields=["language"])
    return set_language(request)
