"""`{% load charts %}`: `{% chart some_chart %}` where it stands, and `{% chart_scripts %}` once in
the block `head` of its page.
"""

from dataclasses import dataclass
from typing import Final, cast

from django import template

from counterfoil.portal.charts import Chart, Series

register = template.Library()

_IDS: Final = "counterfoil_charts"


@dataclass(frozen=True, slots=True)
class Legend:
    """`number` says which colour and dash it has."""

    number: int
    series: Series


@register.inclusion_tag("portal/parts/chart.html", takes_context=True)
def chart(context: template.Context, chart: Chart) -> dict[str, object]:
    """Several may stand on one page: each has a name of its own."""
    number = cast("int", context.render_context.get(_IDS, 0)) + 1
    context.render_context[_IDS] = number
    return {
        "chart": chart,
        "id": f"chart-{number}",
        "legend": [Legend(number, each) for number, each in enumerate(chart.series, 1)],
    }


@register.inclusion_tag("portal/parts/chart_scripts.html")
def chart_scripts() -> dict[str, object]:
    return {}
