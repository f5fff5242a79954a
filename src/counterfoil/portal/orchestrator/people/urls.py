"""The addresses of the people of an issuer, below its code."""

from django.urls import path

from counterfoil.portal.orchestrator.people import changing, delegations, listed, views

urlpatterns = [
    path("people", views.people, name="people"),
    path("people/export", listed.export_people, name="people-export"),
    path("people/invite", changing.invite_person, name="people-invite"),
    path("people/delegations", delegations.delegations, name="people-delegations"),
    path("people/delegations/export", listed.export_delegations, name="delegations-export"),
    path("people/delegations/new", delegations.lend, name="people-delegate"),
    path(
        "people/delegations/<id:delegation_id>/end",
        delegations.end,
        name="people-delegation-end",
    ),
    path("people/<id:person_id>", views.person, name="person"),
    path("people/<id:person_id>/roles", changing.roles, name="person-roles"),
    path("people/<id:person_id>/invite", changing.invite_again, name="person-invite"),
    path("people/<id:person_id>/sessions", changing.end_all_sessions, name="person-sessions"),
    path(
        "people/<id:person_id>/second-factor", changing.second_factor, name="person-second-factor"
    ),
    path("people/<id:person_id>/deactivate", changing.deactivation, name="person-deactivate"),
]
