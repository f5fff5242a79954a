"""What every template knows of the request: the place, the person and the rail."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from counterfoil.portal.models import Person
from counterfoil.portal.rail import Rail, rail_of


def place(request: HttpRequest) -> dict[str, object]:
    """`office` and `shop` as the page's guard found them; `rail` is read when it is shown."""
    office, shop = getattr(request, "office", None), getattr(request, "shop", None)
    person = getattr(request, "user", None)
    if not isinstance(person, Person):
        return {"office": None, "shop": None, "person": None, "rail": None}

    def read() -> Rail:
        return rail_of(request, person, office, shop)

    return {"office": office, "shop": shop, "person": person, "rail": SimpleLazyObject(read)}
