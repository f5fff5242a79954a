"""Fills the templates beside this file from the OpenAPI document; no script, nothing from afar."""

from collections.abc import Iterable, Mapping
from html import escape
from importlib.resources import files
from string import Template
from typing import Any, Final

Json = Mapping[str, Any]


def _template(name: str) -> Template:
    return Template((files(__package__) / name).read_text("utf-8"))


STYLE_SHEET: Final = (files(__package__) / "page.css").read_bytes()
_PAGE: Final = _template("page.html")
_CALL: Final = _template("call.html")
_ROW: Final = Template("<tr><td><code>$name</code></td><td>$form</td><td>$said</td></tr>")
_LINK: Final = Template('<li><a href="#$name">$summary</a></li>')


def page(document: Json) -> str:
    schemas: Json = document["components"]["schemas"]
    calls = [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return _PAGE.substitute(
        title=escape(document["info"]["title"]),
        version=escape(document["info"]["version"]),
        links="\n".join(_link(path, operation) for _method, path, operation in calls),
        calls="\n".join(_call(*call, schemas) for call in calls),
    )


def _link(path: str, operation: Json) -> str:
    return _LINK.substitute(name=_anchor(path, operation), summary=escape(operation["summary"]))


def _call(method: str, path: str, operation: Json, schemas: Json) -> str:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return _CALL.substitute(
        name=_anchor(path, operation),
        method=method.upper(),
        path=escape(path),
        summary=escape(operation["summary"]),
        description=escape(operation.get("description", "")),
        parameters="\n".join(_parameters(operation)),
        body="\n".join(_fields(body["schema"], schemas)) if body else "",
        responses="\n".join(_responses(operation, schemas)),
    )


def _anchor(path: str, operation: Json) -> str:
    return escape(operation.get("operationId") or path.strip("/").replace("/", "-"))


def _parameters(operation: Json) -> Iterable[str]:
    for parameter in operation.get("parameters", ()):
        yield _row(
            parameter["name"],
            f"{parameter['in']}, {_form(parameter['schema'])}",
            parameter.get("description", ""),
        )


def _fields(schema: Json, schemas: Json) -> Iterable[str]:
    found = _resolved(schema, schemas)
    required = found.get("required", ())
    for name, each in found.get("properties", {}).items():
        form = _form(each) + (", required" if name in required else "")
        yield _row(name, form, each.get("description", ""))


def _responses(operation: Json, schemas: Json) -> Iterable[str]:
    for status, response in operation["responses"].items():
        (media,) = response["content"].values()
        names = ", ".join(_resolved(media["schema"], schemas).get("properties", ()))
        yield _row(status, names, response["description"])


def _row(name: str, form: str, said: str) -> str:
    return _ROW.substitute(name=escape(name), form=escape(form), said=escape(said))


def _resolved(schema: Json, schemas: Json) -> Json:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    found: Json = schemas[reference.rpartition("/")[2]]
    return found


def _form(schema: Json) -> str:
    """A schema in a few words."""
    if "anyOf" in schema:
        return " or ".join(_form(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    words = str(schema.get("type", "any"))
    if words == "array":
        return f"list of {_form(schema.get('items', {}))}"
    return " ".join([words, *(str(schema[k]) for k in ("format", "pattern") if k in schema)])
