"""A page's form as a browser would send it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.http.response import HttpResponseBase
from django.test import Client

Sent = dict[str, str | list[str]]
Changed = Mapping[str, str | list[str]]


@dataclass
class _Form:
    action: str = ""
    fields: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[_Form] = []
        self._select = ""
        self._first: str | None = None
        self._chosen = False
        self._textarea: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self.forms.append(_Form(given.get("action", "")))
        elif tag == "input" and name and self.forms:
            is_choice = given.get("type") in {"checkbox", "radio"}
            if given.get("type") != "file" and (not is_choice or "checked" in given):
                self.forms[-1].fields.append((name, given.get("value", "on" if is_choice else "")))
        elif tag == "select":
            self._select, self._first, self._chosen = name, None, False
        elif tag == "option" and self._select:
            self._first = given["value"] if self._first is None else self._first
            if "selected" in given:
                self._chosen = True
                self.forms[-1].fields.append((self._select, given["value"]))
        elif tag == "textarea":
            self._textarea = name
            self.forms[-1].fields.append((name, ""))

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            name, value = self.forms[-1].fields[-1]
            self.forms[-1].fields[-1] = (name, value + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._textarea = None
        elif tag == "select":
            if not self._chosen and self._first is not None:
                self.forms[-1].fields.append((self._select, self._first))
            self._select = ""


def filled(
    browser: Client, address: str, changed: Changed | None = None, *, without: Sequence[str] = ()
) -> Sent:
    """The fields of the page's own form, some of them changed, some left out."""
    page = browser.get(address)
    assert page.status_code == 200, page.headers
    return fields_of(page, changed, without=without)


def fields_of(
    page: HttpResponseBase, changed: Changed | None = None, *, without: Sequence[str] = ()
) -> Sent:
    """Of the last form that is sent to the page itself."""
    reader = _Reader()
    reader.feed(page.content.decode())  # type: ignore[attr-defined]  # pages are not streamed
    form = [each for each in reader.forms if not each.action][-1]
    sent: Sent = {}
    for name, value in form.fields:
        before = sent.get(name)
        if before is None:
            sent[name] = value
        else:
            sent[name] = [*([before] if isinstance(before, str) else before), value]
    sent |= changed or {}
    return {name: value for name, value in sent.items() if name not in without}
