"""What every template knows of the request: the place, the person and the rail."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from counterfoil.portal.models import Person
from counterfoil.portal.rail import Rail, rail_of


def place(request: HttpRequest) -> dict[str, object]:
    """`office`, `shop` or `buyer` as the page's guard found it; `rail` is read when it is shown."""
    here = {name: getattr(request, name, None) for name in ("office", "shop", "buyer")}
    person = getattr(request, "user", None)
    if not isinstance(person, Person):
        return dict.fromkeys((*here, "person", "rail"))
    found = next((each for each in here.values() if each is not None), None)

    def read() -> Rail:
        return rail_of(request, person, found)

    return {**here, "person": person, "rail": SimpleLazyObject(read)}
