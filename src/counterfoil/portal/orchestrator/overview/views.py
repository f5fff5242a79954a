"""The overview: what waits for me, how it goes, what just happened."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from counterfoil.portal.access import (
    ADMINISTERS,
    EVERYONE,
    HANDLES_MONEY,
    OPERATES,
    PREPARES_STOCK,
    Office,
    office_page,
)
from counterfoil.portal.applying.links import applying_at
from counterfoil.portal.merchants.following import follow
from counterfoil.portal.orchestrator.overview.happened import latest
from counterfoil.portal.orchestrator.overview.reading import (
    GROUPS_SHOWN,
    attention,
    figures,
    first_steps,
    group_lines,
    waiting,
)

_MINE_SHOWN = 6


@require_safe
@office_page(sees=EVERYONE)
def overview(request: HttpRequest, office: Office) -> HttpResponse:
    follow(applying_at(request, office))
    money, groups, seen, commands = (
        figures(office),
        group_lines(office),
        attention(office),
        waiting(office),
    )
    mine = [each for each in commands if each.mine]
    return render(
        request,
        "portal/orchestrator/overview/overview.html",
        {
            "figures": money,
            "groups": groups[:GROUPS_SHOWN],
            "more_groups": max(len(groups) - GROUPS_SHOWN, 0),
            "few": [group for group in groups if group.needs_stock],
            "attention": seen,
            "mine": mine[:_MINE_SHOWN],
            "mine_count": len(mine),
            "others_count": len(commands) - len(mine),
            "stuck": [each for each in commands if each.nobody_may],
            "steps": first_steps(money, groups, seen),
            "latest": latest(office, commands),
            "may_administer": office.may(ADMINISTERS),
            "may_operate": office.may(OPERATES),
            "may_provision": office.may(PREPARES_STOCK),
            "may_move": office.may(HANDLES_MONEY),
        },
    )
