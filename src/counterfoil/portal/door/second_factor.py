"""Who must have a second factor, who has shown it lately, and where they are asked for it."""

import time

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from counterfoil.portal.door.configuration import AGAIN_SECONDS
from counterfoil.portal.models import GUARDED, Person
from counterfoil.portal.queries import rows


def needs_second_factor(person: Person) -> bool:
    """Whether one of the person's roles asks for a second factor that is not set up yet."""
    found = rows(
        __package__,
        "second_factor_missing",
        {
            "person_id": person.pk,
            "guarded": [str(role) for role in GUARDED],
            "today": timezone.now().date(),
        },
    )
    return bool(found[0][0])


def has_second_factor(person: Person) -> bool:
    return bool(Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists())


def recently_authenticated(request: HttpRequest) -> bool:
    """By whatever was the last thing asked of this person in this session."""
    person = request.user
    if not isinstance(person, Person):
        return False
    records = get_authentication_records(request, person)
    return bool(records) and time.time() - records[-1]["at"] < AGAIN_SECONDS


def set_up_url(_request: HttpRequest) -> str:
    """Where a second factor is set up."""
    return reverse("mfa_activate_totp")


def ask_again(request: HttpRequest) -> HttpResponse:
    """To the page that asks, by code where there is one; afterwards the person is back here, and
    what was being sent is sent then (less its files, which the form asks for again).
    """
    methods = get_adapter().get_reauthentication_methods(request.user)
    answer: HttpResponse = suspend_request(request, methods[0]["url"])
    return answer
