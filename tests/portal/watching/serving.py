"""API and portal on one port, as `counterfoil serve` has them, and a browser that is signed in."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import uvicorn
from django.conf import settings
from playwright.sync_api import Page
from tests.portal.conftest import Portal
from tests.portal.given import signed_in
from tests.portal.look.showing import browser
from tests.serving import served

from counterfoil.api.app import ApiState, build_app
from counterfoil.api.direct import DirectProtocol
from counterfoil.cli.server import OnePort
from counterfoil.jobs.queue import Task
from counterfoil.portal import PREFIX
from counterfoil.portal.actions import seals
from counterfoil.portal.configuration import Serving
from counterfoil.portal.models import Person
from counterfoil.portal.web import portal_asgi

if TYPE_CHECKING:
    import asyncio


def _nothing_later(_task: Task, _issuer_code: str, _subject_id: int) -> None:
    """Nothing in these tests takes longer than a request."""


@contextmanager
def one_port(portal: Portal) -> Iterator[str]:
    """Its address, without a path. The portal's threads close their connections after each page:
    nobody could do it for them later.
    """
    database = settings.DATABASES["default"]
    kept_seconds, database["CONN_MAX_AGE"] = database["CONN_MAX_AGE"], 0
    try:
        with _serving(portal) as base:
            yield base
    finally:
        database["CONN_MAX_AGE"] = kept_seconds


@contextmanager
def _serving(portal: Portal) -> Iterator[str]:
    api = build_app(
        ApiState(
            database_url=portal.url,
            provider=portal.provider,
            enqueue=_nothing_later,
            seals=seals(),
            log=io.BytesIO(),
        )
    )
    serving = Serving(uploads=settings.COUNTERFOIL_UPLOADS, outbox=True)
    pages = portal_asgi(portal.url, portal.provider, serving)
    config = uvicorn.Config(
        OnePort(api.asgi, pages, PREFIX),
        host="127.0.0.1",
        port=0,
        loop="uvloop",
        http=cast("type[asyncio.Protocol]", partial(DirectProtocol, routes=api.direct)),
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
    )
    with served(config) as url:
        yield url


@contextmanager
def window(base: str, session: str) -> Iterator[Page]:
    """In a Chromium of its own, since Django's tables are not for the thread it runs in: whoever
    looks has signed in before.
    """
    with browser() as chromium:
        context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
        context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": session,
                    "domain": urlsplit(base).hostname or "",
                    "path": PREFIX,
                }
            ]
        )
        context.set_default_timeout(10_000)
        yield context.new_page()
        context.close()


def session_of(person: Person) -> str:
    return signed_in(person).cookies[settings.SESSION_COOKIE_NAME].value
