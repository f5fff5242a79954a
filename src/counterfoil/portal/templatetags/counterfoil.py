"""Amounts, moments, states and the small parts of a page, in the language of the page."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from django import template
from django.template import TemplateSyntaxError
from django.template.loader import get_template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from counterfoil.money import Money
from counterfoil.portal.language import money_text, page_locale
from counterfoil.portal.static_files import address_of

if TYPE_CHECKING:
    from django.http import QueryDict

    from counterfoil.portal.listing import Row, Shown
    from counterfoil.portal.pager import Page

register = template.Library()

_DATE: Final = "medium"
_KIB: Final = 1024
_NOTHING: Final = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class Amount:
    """What the tag shows: as `money_text` writes it, its currency smaller."""

    number: str
    currency: str


@register.simple_tag
def asset(name: str) -> str:
    """The address of one of our files; it changes with what is in it."""
    return address_of(name)


@register.inclusion_tag("portal/parts/money.html")
def money(amount: "Money | int | None", currency: str = "") -> dict[str, Amount | None]:
    """`{% money row.amount_minor row.currency %}`, or `{% money some_money %}`."""
    if amount is None:
        return {"amount": None}
    whole = Money(amount, currency) if isinstance(amount, int) else amount
    return {"amount": Amount(*money_text(whole).rsplit("\N{NO-BREAK SPACE}", 1))}


register.filter("money_text", money_text)


@register.filter
def count(number: int | None) -> str:
    """A number of things, grouped as the language does it."""
    return _NOTHING if number is None else format_decimal(number, locale=page_locale())


@register.filter
def bytes_text(size: int) -> str:
    """How large a file is, in the unit people know."""
    if size < _KIB * _KIB:
        return _("%(size)s kB") % {"size": count(max(1, round(size / _KIB)))}
    return _("%(size)s MB") % {
        "size": format_decimal(size / _KIB / _KIB, "#,##0.0", locale=page_locale())
    }


@register.inclusion_tag("portal/parts/state.html")
def state(word: object, tone: str = "") -> dict[str, object]:
    """`{% state word tone %}`, or `{% state word_with_tone %}` as `words.py` gives them."""
    return {"word": getattr(word, "text", word), "tone": tone or getattr(word, "tone", "")}


@register.inclusion_tag("portal/parts/change.html")
def change(
    label: object, before: object, after: object, url: str | None = None
) -> dict[str, object]:
    """One line of `<dl class="change">`: what it was, what it becomes, which leads to `url`."""
    return {"label": label, "before": before, "after": after, "url": url}


@register.inclusion_tag("portal/parts/when.html")
def when(moment: datetime | None) -> dict[str, str | None]:
    """A date and a time with its zone, as people write them."""
    if moment is None:
        return {"iso": None}
    local = timezone.localtime(moment)
    locale = page_locale()
    return {
        "iso": moment.isoformat(timespec="seconds"),
        "text": f"{format_date(local.date(), _DATE, locale=locale)},"
        f" {format_datetime(local, 'HH:mm', locale=locale)} {_zone(local)}",
    }


@register.inclusion_tag("portal/parts/when.html")
def date_text(day: date | datetime | None) -> dict[str, str | None]:
    """A date alone; of a moment the date where the issuer is."""
    if day is None:
        return {"iso": None}
    if isinstance(day, datetime):
        day = timezone.localtime(day).date()
    return {"iso": day.isoformat(), "text": format_date(day, _DATE, locale=page_locale())}


def _zone(local: datetime) -> str:
    """As its clocks are known, such as EAT; where they have no name, what they are ahead."""
    name = local.tzname() or ""
    return f"UTC{name}" if name[:1] in {"+", "-"} else name


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawing of our own, beside a word that says the same."""
    return mark_safe(get_template(f"portal/icons/{name}.svg").render())  # noqa: S308  # our own file


@register.inclusion_tag("portal/parts/pager.html", takes_context=True)
def pager(context: template.Context, page: "Page[object]") -> dict[str, object]:
    """The way to the next rows; what the page was filtered by stays."""
    query: QueryDict = context["request"].GET.copy()
    query.pop("after", None)
    first = query.urlencode()
    if page.next_token:
        query["after"] = page.next_token
    return {"page": page, "first": f"?{first}", "next": f"?{query.urlencode()}"}


@register.inclusion_tag("portal/parts/list_head.html")
def list_head(shown: "Shown[Row]", url: str) -> dict[str, object]:
    """`{% list_head list export_url %}`: filters, order, and the ways to take the list away."""
    return {"shown": shown, "url": url}


@register.tag
def empty_list(parser: template.base.Parser, token: template.base.Token) -> "EmptyList":
    """`{% empty_list _("No merchants yet") %}What to do first{% end_empty_list %}`."""
    pieces = token.split_contents()
    if len(pieces) != 2:  # noqa: PLR2004  # the tag and its title
        raise TemplateSyntaxError("empty_list takes one title.")
    body = parser.parse(("end_empty_list",))
    parser.delete_first_token()
    return EmptyList(parser.compile_filter(pieces[1]), body)


@dataclass
class EmptyList(template.Node):
    title: template.base.FilterExpression
    body: template.NodeList

    def render(self, context: template.Context) -> SafeString:
        part = get_template("portal/parts/empty.html")
        return mark_safe(  # noqa: S308  # both were escaped by the templates they came from
            part.render({"title": self.title.resolve(context), "body": self.body.render(context)})
        )
