"""The library that draws: fetched by lock file alone, and bundled from what is here."""

import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
INPUTS = ("hatch_build.py", "package.json", "package-lock.json", "bundle/charts.js")


def test_the_lock_file_names_every_package_by_its_digest_and_no_registry() -> None:
    text = (ROOT / "package-lock.json").read_text()
    packages = {name: each for name, each in json.loads(text)["packages"].items() if name}
    assert "node_modules/chart.js" in packages
    assert all(each["integrity"].startswith("sha512-") for each in packages.values())
    assert "://" not in text
    wanted = json.loads((ROOT / "package.json").read_text())["devDependencies"]
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted


def test_what_pages_get_was_made_of_what_is_here() -> None:
    built = ROOT / "src/counterfoil/portal/static/built/chart-library.js"
    if not built.is_file():
        pytest.fail("The library is not bundled: run `make install`.")
    digest = hashlib.sha256(b"\0".join((ROOT / each).read_bytes() for each in INPUTS)).hexdigest()
    mark, _newline, code = built.read_text().partition("\n")
    assert digest in mark
    assert len(re.findall(r"Released under the MIT License", code)) == 3  # licences stay with it
    assert "sourceMappingURL" not in code
