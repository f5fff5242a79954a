"""A page with a chart of each kind."""

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.template import engines

from counterfoil.portal.charts import Chart, Series, by_day, top

_DAYS = [date(2026, 11, 1) + timedelta(days=number) for number in range(30)]
_PAGE = """{% extends "portal/public.html" %}{% load charts %}
{% block head %}{% chart_scripts %}{% endblock %}
{% block title %}Charts{% endblock %}{% block heading %}Charts{% endblock %}
{% block content %}{% for each in charts %}{% chart each %}{% endfor %}{% endblock %}"""


def vouchers() -> Chart:
    return by_day(
        "Vouchers by day",
        "Day",
        _DAYS,
        Series("Redeemed", [number * 37 % 101 for number in range(30)]),
        Series("Handed out", [number * 53 % 97 for number in range(30)]),
        Series("Expired", [None, *(number % 7 for number in range(29))]),
    )


def merchants() -> Chart:
    bars = [
        (f"Merchant <{number}> of the long harbour road", 125_050 - number) for number in range(12)
    ]
    return top("Paid to merchants", "Merchant", "Paid", bars, currency="KES")


def show(request: HttpRequest) -> HttpResponse:
    nothing = by_day("Nothing yet", "Day", _DAYS, Series("Redeemed", [0] * 30))
    charts = [vouchers(), merchants(), nothing]
    return HttpResponse(engines["django"].from_string(_PAGE).render({"charts": charts}, request))
