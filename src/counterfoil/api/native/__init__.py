"""The administration API under /api/v1: every endpoint, and the routes made of them."""

from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterfoil.api.body import check_texts, json_object, whole_body
from counterfoil.api.native import (
    acceptors,
    bulk,
    clients,
    commands,
    credit_notices,
    funds,
    groups,
    journal,
    keys,
    lookup,
    payouts,
    programmes,
    provisions,
    redemptions,
    settings,
    vouchers,
)
from counterfoil.api.native.desk import Asked, Desk, idempotency_key
from counterfoil.api.native.endpoint import Endpoint
from counterfoil.api.observe import SEEN
from counterfoil.api.problem import ProblemError

PREFIX: Final = "/api/v1"

ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    *groups.ENDPOINTS,
    *acceptors.ENDPOINTS,
    *funds.ENDPOINTS,
    *credit_notices.ENDPOINTS,
    *programmes.ENDPOINTS,
    *provisions.ENDPOINTS,
    *vouchers.ENDPOINTS,
    *redemptions.ENDPOINTS,
    *bulk.ENDPOINTS,
    *journal.ENDPOINTS,
    *clients.ENDPOINTS,
    *commands.ENDPOINTS,
    *keys.ENDPOINTS,
    *lookup.ENDPOINTS,
    *payouts.ENDPOINTS,
    *settings.ENDPOINTS,
)


def native_routes(desk: Desk) -> list[Route]:
    by_path: dict[str, dict[str, Endpoint]] = {}
    for endpoint in ENDPOINTS:
        by_path.setdefault(endpoint.path, {})[endpoint.method] = endpoint
    return [
        Route(PREFIX + path, _Resource(desk, by_method).answer, methods=list(by_method))
        for path, by_method in by_path.items()
    ]


class _Resource:
    """One path and its methods."""

    def __init__(self, desk: Desk, by_method: dict[str, Endpoint]) -> None:
        self._desk = desk
        self._by_method = by_method

    async def answer(self, request: Request) -> Response:
        endpoint = self._by_method["GET" if request.method == "HEAD" else request.method]
        request.scope[SEEN].operation = endpoint.name
        principal = await self._desk.principal(request, endpoint.scopes)
        reference = idempotency_key(request) if endpoint.writes else None
        asked = Asked(self._desk, principal, request, reference)
        if endpoint.takes is None:
            answered = await endpoint.handler(asked)
        else:
            taken = await _taken(request, endpoint.takes, endpoint)
            answered = await endpoint.handler(asked, taken)
        request.scope[SEEN].outcome = "done"
        headers = {"Cache-Control": "no-store"}
        if answered.location is not None:
            headers["Location"] = PREFIX + answered.location
        return Response(
            msgspec.json.encode(answered.answer),
            answered.status or endpoint.status,
            headers,
            media_type="application/json",
        )


async def _taken(
    request: Request, kind: type[msgspec.Struct], endpoint: Endpoint
) -> msgspec.Struct:
    """Raises what problem.py answers with 400, 413, 415 or 422."""
    if not endpoint.writes:
        query = dict(request.query_params.multi_items())
        if len(query) != len(request.query_params.multi_items()):
            raise ProblemError(422, "invalid", "A parameter is given twice.")
        check_texts(query)
        taken = msgspec.convert(query, kind, strict=False)
        if any(getattr(taken, name) is None for name in query):
            raise ProblemError(422, "invalid", "A parameter has no value; leave it out.")
        return taken
    content_type = request.headers.get("content-type", "application/json")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise ProblemError(415, "not_json", "Send the body as application/json.")
    headers = dict(request.scope["headers"])
    body = await whole_body(request.receive, headers, bytes_max=endpoint.body_bytes_max)
    return msgspec.convert(json_object(body), kind)
