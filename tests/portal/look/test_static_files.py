"""Our style and scripts: kept for a year at an address that changes with what is in them."""

import gzip

from django.test import Client

from counterfoil.portal.static_files import address_of, asset_named


def test_a_file_is_kept_for_a_year_at_an_address_of_its_content() -> None:
    browser = Client(SERVER_NAME="localhost")
    for name in ("counterfoil.css", "portal.js", "htmx.js", "counterfoil.svg"):
        answer = browser.get(address_of(name))
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert "Set-Cookie" not in answer.headers
        zipped = browser.get(address_of(name), headers={"Accept-Encoding": "br, gzip"})
        assert gzip.decompress(zipped.content) == answer.content
        assert len(zipped.content) < len(answer.content)


def test_a_page_from_before_an_update_still_gets_its_style() -> None:
    answer = Client(SERVER_NAME="localhost").get("/portal/static/000000000000/counterfoil.css")
    assert answer.content == asset_named("counterfoil.css").plain
    assert answer.headers["Cache-Control"] == "no-store"


def test_only_files_of_the_list_are_given() -> None:
    browser = Client(SERVER_NAME="localhost")
    for name in ("other.css", "..%2Fportal.js", "htmx-2.min.js", "__init__.py"):
        assert browser.get(f"/portal/static/x/{name}").status_code == 404
    assert browser.post(address_of("portal.js")).status_code == 405
