"""Pages of long lists: their tokens, and what is no token."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.template import engines
from django.test import RequestFactory

from counterfoil.portal.pager import Key, key_after, page_of, token_of

FIRST: Key = ("", 0)


def asked(token: str) -> Key:
    return key_after(RequestFactory().get("/", {"after": token}), FIRST)


def test_a_token_leads_to_the_key_it_was_made_of() -> None:
    moment = datetime(2026, 11, 21, 9, 14, 3, 5, tzinfo=UTC)
    key: Key = (moment, UUID(int=7), "Ñandú", -5, moment.date())
    request = RequestFactory().get("/", {"after": token_of(key)})
    first: Key = (datetime.max.replace(tzinfo=UTC), UUID(int=0), "", 0, moment.date())
    assert key_after(request, first) == key


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "%%%",
        "é",
        "a" * 5000,
        token_of((1, "x")),
        token_of(("x",)),
        token_of(("x", 1, 2)),
        token_of(("x", "1")),
        token_of(("x", 2**63)),
        token_of(("x", 2**70)),
        token_of(("a\x00b", 1)),
        "bnVsbA",
        "eyJhIjoxfQ",
    ],
)
def test_what_is_no_token_of_this_list_is_its_first_page(token: str) -> None:
    assert asked(token) == FIRST


def test_a_page_says_where_the_next_begins_and_keeps_the_filter() -> None:
    request = RequestFactory().get("/", {"state": "open", "after": token_of(("b", 2))})
    page = page_of(request, [("c", 3), ("d", 4), ("e", 5)], lambda row: row, size=2)
    assert page.rows == [("c", 3), ("d", 4)]
    assert asked(page.next_token) == ("d", 4)
    template = engines["django"].from_string("{% load counterfoil %}{% pager page %}")
    html = template.render({"page": page}, request)
    assert f'href="?state=open&amp;after={page.next_token}"' in html
    assert 'href="?state=open"' in html


def test_the_only_page_has_no_pager() -> None:
    request = RequestFactory().get("/")
    page = page_of(request, [("c", 3)], lambda row: row, size=2)
    assert (page.next_token, page.is_later, bool(page)) == ("", False, True)
    template = engines["django"].from_string("{% load counterfoil %}{% pager page %}")
    assert template.render({"page": page}, request).strip() == ""
