"""SQL lives in files, one statement each; this reads them, once."""

from functools import cache
from importlib.resources import files


@cache
def statement(package: str, name: str) -> bytes:
    """The text of `<package>/sql/<name>.sql`, such as `statement("counterfoil.engine", "post")`."""
    return (files(package) / "sql" / f"{name}.sql").read_bytes()
