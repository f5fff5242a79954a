"""Lists that are filtered, sorted, shown page by page and exported: what a list is made of.

MERCHANTS = Listing(name, form, read, columns)      what there is to know of a list
shown(request, office, MERCHANTS)                   a page of it
exporting.taking.exported(request, office, MERCHANTS)    all of it, as a file
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Protocol, TypeVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from counterfoil.portal.exporting.columns import Column
from counterfoil.portal.exporting.lists import LISTS
from counterfoil.portal.pager import ROWS_A_PAGE, Key, Order, Page, Part, page_of, place_in

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

SORT: Final = "sort"
_DAY_MIN: Final = date(1900, 1, 1)
_DAY_MAX: Final = date(9000, 1, 1)


class Place(Protocol):
    """Where somebody works: an office, a shop."""

    @property
    def issuer_id(self) -> int: ...
    @property
    def code(self) -> str: ...
    @property
    def actor(self) -> str: ...


class Row(Protocol):
    """`key` is what tells where it stands in the order that was asked for."""

    @property
    def key(self) -> Key: ...


P = TypeVar("P", bound=Place)
P_contra = TypeVar("P_contra", bound=Place, contravariant=True)
R = TypeVar("R", bound=Row)


class ListForm(forms.Form):
    """The filters of a list, one field each, and its order. What is wrong in it is left out, so
    that an address always shows something.
    """

    orders: ClassVar[Sequence[Order]]

    def __init__(self, data: QueryDict, _place: Place) -> None:
        super().__init__(data)
        self._came = data
        self.fields[SORT] = forms.ChoiceField(
            label=gettext_lazy("Order"),
            choices=[(order.name, order.word) for order in self.orders],
            required=False,
        )

    @property
    def order(self) -> Order:
        """The first of them where none was chosen."""
        self.is_valid()
        chosen = self.cleaned_data.get(SORT)
        return next((each for each in self.orders if each.name == chosen), self.orders[0])

    @property
    def filters(self) -> dict[str, Any]:
        """By the names of the fields; None is any."""
        self.is_valid()
        names = [name for name in self.fields if name != SORT]
        return {name: self.cleaned_data.get(name) or None for name in names}

    @property
    def is_filtered(self) -> bool:
        return any(self.filters.values())

    @property
    def sent(self) -> list[tuple[str, str]]:
        """As it came, to be sent again."""
        return [
            (name, value) for name in self.fields for value in self._came.getlist(name) if value
        ]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Some rows of a list: `after` is the key before the first of them."""

    filters: Mapping[str, Any]
    sort: str
    after: Mapping[str, Part]
    rows_max: int

    @property
    def parameters(self) -> dict[str, Any]:
        """Of a statement: the filters and the parts of the key by their names, sort, rows_max."""
        return {**self.filters, **self.after, "sort": self.sort, "rows_max": self.rows_max}


def day_field(label: "_StrPromise") -> forms.DateField:
    """For a filter `since` or `until`, of a day that clocks can name."""
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        validators=[MinValueValidator(_DAY_MIN), MaxValueValidator(_DAY_MAX)],
    )


def span(filters: Mapping[str, Any]) -> dict[str, datetime | None]:
    """The days `since` and `until`, both included, as moments where the page is; the second is
    that before which it ends.
    """
    since, until = filters["since"], filters["until"]
    return {
        "since": since and _midnight(since),
        "until": until and _midnight(until + timedelta(days=1)),
    }


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def itself(row: R) -> Iterable[R]:
    return (row,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Generic[P_contra, R]):
    """`read` gives at most `rows_max` rows with all that is shown of them; `subject` is what the
    list is about, if it is of one thing; `spread` gives the lines of a file that stand for a row.
    """

    name: str
    form: Callable[[QueryDict, P_contra], ListForm]
    read: Callable[[P_contra, Wanted], Sequence[R]]
    columns: Sequence[Column[R]]
    subject: str = ""
    spread: Callable[[R], Iterable[R]] = itself

    @property
    def title(self) -> Promise:
        return LISTS[self.name]


@dataclass(frozen=True, slots=True)
class Shown(Generic[R]):
    """A page of a list and its form; `{% list_head %}` shows the form."""

    form: ListForm
    page: Page[R]

    @property
    def has_head(self) -> bool:
        """Nothing is to be filtered where nothing is."""
        return bool(self.page) or self.page.is_later or self.form.is_filtered


def shown(request: HttpRequest, place: P, listing: Listing[P, R]) -> Shown[R]:
    form = listing.form(request.GET, place)
    order = form.order
    asked = Wanted(form.filters, order.name, place_in(request, order), ROWS_A_PAGE + 1)
    found = listing.read(place, asked)
    return Shown(form, page_of(request, found, lambda row: (order.name, *row.key)))
