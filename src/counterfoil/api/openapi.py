"""The OpenAPI 3.1 document, made of what parses and answers the calls, and a page to read it."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterfoil.api.docs.page import STYLE_SHEET, page
from counterfoil.api.govstack_v1 import MessageAnswer
from counterfoil.api.govstack_v1_document import CALLS, EVERY_CALL, HEADERS, GovStackCall
from counterfoil.api.health import HealthAnswer
from counterfoil.api.native import ENDPOINTS, PREFIX
from counterfoil.api.native.commands import CommandAnswer
from counterfoil.api.native.endpoint import Endpoint, Header
from counterfoil.api.observe import SEEN
from counterfoil.api.problem import PROBLEM_JSON, Problem
from counterfoil.engine.catalogue import CODE_PATTERN

Json = dict[str, Any]

_JSON: Final = "application/json"
_PATH_PARAMETER: Final = re.compile(r"{(\w+)}")
_PATH_SCHEMAS: Final[Mapping[str, Json]] = {
    "serial": {"type": "string", "pattern": "^[0-9]{1,18}$"},
    "command_id": {"type": "string", "format": "uuid"},
    "code": {"type": "string", "pattern": f"^{CODE_PATTERN}$"},
    "purpose": {"type": "string", "pattern": "^[a-z]{1,20}$"},
    "voucherserialnumber": {"type": "string", "pattern": "^[0-9]{1,25}$"},
}
_ID: Final[Json] = {"type": "string", "pattern": "^[0-9]{1,9}$"}
_EVERY_REFUSAL: Final = (401, 403, 503)
_REFUSALS_OF_TAKING: Final = (400, 422)
_REFUSALS_OF_BODIES: Final = (413, 415)
_IDEMPOTENCY_KEY: Final[Json] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "pattern": "^[!-}][ -~]{0,63}$"},
    "description": "The same key and content again: the same answer, done once.",
}


def document_routes() -> list[Route]:
    return [
        Route("/api/openapi.json", _document, methods=["GET"]),
        Route("/api/docs", _page, methods=["GET"]),
        Route("/api/docs.css", _style_sheet, methods=["GET"]),
    ]


@cache
def document() -> Json:
    """The document as plain JSON values."""
    kinds = _kinds()
    references, components = msgspec.json.schema_components(
        kinds, ref_template="#/components/schemas/{name}"
    )
    schemas = dict(zip(kinds, references, strict=True))
    paths: dict[str, Json] = {}
    for call in CALLS:
        paths.setdefault(call.path, {})[call.method.lower()] = _govstack(call, schemas)
    for endpoint in ENDPOINTS:
        methods = paths.setdefault(PREFIX + endpoint.path, {})
        methods[endpoint.method.lower()] = _native(endpoint, schemas, components)
    for path, summary in (("/health/live", "Does it live?"), ("/health/ready", "May it be used?")):
        paths[path] = {"get": _health(summary, schemas)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Counterfoil",
            "version": version("counterfoil"),
            "summary": "Vouchers that people can trust with money.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"}},
        },
        "security": [{"apiKey": []}],
    }


def _kinds() -> list[type[msgspec.Struct]]:
    found: dict[type[msgspec.Struct], None] = {
        Problem: None,
        MessageAnswer: None,
        HealthAnswer: None,
    }
    for call in CALLS:
        found |= dict.fromkeys(kind for kind in (call.body, call.answer) if kind is not None)
    for endpoint in ENDPOINTS:
        found |= dict.fromkeys(k for k in (endpoint.takes, endpoint.answer) if k is not None)
    return list(found)


def _govstack(call: GovStackCall, schemas: Mapping[type, Json]) -> Json:
    refusals = {**EVERY_CALL, **call.refusals}
    operation: Json = {
        "operationId": call.name,
        "summary": call.summary,
        "tags": ["GovStack 1.0.3"],
        "parameters": [
            *_path_parameters(call.path),
            *(_header(name, said) for name, said in HEADERS.items()),
        ],
        "responses": {
            "200": _response("Done.", schemas[call.answer]),
            **{
                str(status): _response(said, schemas[MessageAnswer])
                for status, said in sorted(refusals.items())
            },
        },
    }
    if call.body is not None:
        operation["requestBody"] = _request_body(schemas[call.body])
    return operation


def _header(name: str, said: str) -> Json:
    form = {"format": "uuid"} if name == "X-CorrelationID" else {"pattern": "^[0-9a-f]{64}$"}
    return {
        "name": name,
        "in": "header",
        "required": False,
        "schema": {"type": "string", **form},
        "description": said,
    }


def _native(endpoint: Endpoint, schemas: Mapping[type, Json], components: Json) -> Json:
    parameters = list(_path_parameters(endpoint.path))
    parameters.extend(_needed_header(header) for header in endpoint.headers)
    scopes = f"Scope: {' or '.join(sorted(endpoint.scopes))}."
    operation: Json = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "tags": [endpoint.path.split("/")[1]],
        "description": f"{endpoint.description} {scopes}".strip(),
        "parameters": parameters,
        "responses": _native_responses(endpoint, schemas),
    }
    if endpoint.writes:
        parameters.append(_IDEMPOTENCY_KEY)
    if endpoint.takes is None:
        return operation
    if endpoint.writes:
        operation["requestBody"] = _request_body(schemas[endpoint.takes])
    else:
        parameters.extend(_query_parameters(components[endpoint.takes.__name__]))
    return operation


def _needed_header(header: Header) -> Json:
    return {
        "name": header.name,
        "in": "header",
        "required": True,
        "schema": {"type": "string", "pattern": header.pattern},
        "description": header.description,
    }


def _native_responses(endpoint: Endpoint, schemas: Mapping[type, Json]) -> Json:
    refusals = {*_EVERY_REFUSAL, *endpoint.refusals}
    if endpoint.writes:
        refusals.add(400)
    if endpoint.takes is not None:
        refusals.update(_REFUSALS_OF_TAKING)
        if endpoint.writes:
            refusals.update(_REFUSALS_OF_BODIES)
    responses = {
        str(status): _response(HTTPStatus(status).phrase, schemas[endpoint.answer])
        for status in (endpoint.status, *endpoint.also)
    }
    if endpoint.guarded:
        waits = schemas[CommandAnswer]
        own = [schemas[endpoint.answer]] if "202" in responses else []
        schema = {"anyOf": [*own, waits]} if own else waits
        responses["202"] = _response("Accepted: it is being done, or waits for approval.", schema)
    for status in sorted(refusals):
        responses[str(status)] = _response(
            HTTPStatus(status).phrase, schemas[Problem], media_type=PROBLEM_JSON
        )
    return responses


def _health(summary: str, schemas: Mapping[type, Json]) -> Json:
    return {
        "summary": summary,
        "tags": ["health"],
        "security": [],
        "responses": {
            "200": _response("Yes.", schemas[HealthAnswer]),
            "503": _response("No.", schemas[Problem], media_type=PROBLEM_JSON),
        },
    }


def _path_parameters(path: str) -> Iterable[Json]:
    for name in _PATH_PARAMETER.findall(path):
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "schema": _PATH_SCHEMAS.get(name, _ID),
        }


def _query_parameters(schema: Json) -> Iterable[Json]:
    for name, each in schema["properties"].items():
        yield {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": _without_null(each),
        }


def _without_null(schema: Json) -> Json:
    """A parameter that is left out has no null to send."""
    options = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if len(options) == 1:
        rest = {k: v for k, v in schema.items() if k not in {"anyOf", "default"}}
        return {**rest, **options[0]}
    return schema


def _request_body(schema: Json) -> Json:
    return {"required": True, "content": {_JSON: {"schema": schema}}}


def _response(said: str, schema: Json, *, media_type: str = _JSON) -> Json:
    return {"description": said, "content": {media_type: {"schema": schema}}}


async def _document(request: Request) -> Response:
    request.scope[SEEN].operation = "openapi"
    return Response(msgspec.json.encode(document()), media_type=_JSON)


async def _page(request: Request) -> Response:
    request.scope[SEEN].operation = "docs"
    headers = {"Content-Security-Policy": "default-src 'none'; style-src 'self'"}
    return Response(_rendered(), headers=headers, media_type="text/html")


async def _style_sheet(request: Request) -> Response:
    request.scope[SEEN].operation = "docs"
    return Response(STYLE_SHEET, media_type="text/css")


@cache
def _rendered() -> bytes:
    return page(document()).encode()
