"""The stylesheet and the templates know each other."""

import re
from pathlib import Path

from counterfoil.portal import static_files

TEMPLATES = Path(static_files.__file__).parent / "templates"
STYLE = static_files.asset_named("counterfoil.css").plain.decode()


def test_every_class_that_a_template_names_is_drawn() -> None:
    drawn = set(re.findall(r"\.([a-z][a-z-]*)", STYLE))
    named = {
        (name, path.name)
        for path in TEMPLATES.rglob("*.html")
        for classes in re.findall(r'class="([^"]*)"', path.read_text())
        for name in re.sub(r"\{[%{].*?[%}]\}", " ", classes).split()
    }
    assert {each for each in named if each[0] not in drawn} == set()


def test_directions_are_logical_and_nothing_comes_from_elsewhere() -> None:
    side = "(?:left|right|top|bottom)"
    physical = rf"(?<![a-z-])(?:margin|padding|border|inset)-{side}\b|text-align: {side}"
    assert re.findall(physical, STYLE) == []
    assert "url(" not in STYLE
    assert "@import" not in STYLE


def test_a_page_gets_every_part_of_the_style_in_the_order_of_its_layers() -> None:
    parts = sorted((Path(static_files.__file__).parent / "static" / "style").glob("*.css"))
    assert all(part.read_text() in STYLE for part in parts)
    assert len(STYLE) == sum(len(part.read_text()) + 1 for part in parts) - 1
    (order,) = re.findall(r"^@layer ([a-z, ]+);", STYLE, re.MULTILINE)
    layers = re.findall(r"^@layer ([a-z]+) \{", STYLE, re.MULTILINE)
    assert list(dict.fromkeys(layers)) == order.split(", ")
