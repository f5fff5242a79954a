"""Pages by key: the next one begins after the last one's end, whatever was added meanwhile."""

from typing import Annotated

from msgspec import Meta

from counterfoil.api.native.endpoint import INT4_MAX, Body, Limit


class IdPage(Body, kw_only=True):
    """`after` is the `next` of the page before."""

    after: Annotated[int, Meta(ge=0, le=INT4_MAX)] = 0
    limit: Limit = 100


class CodePage(Body, kw_only=True):
    """`after` is the `next` of the page before."""

    after: Annotated[str, Meta(max_length=40)] = ""
    limit: Limit = 100
