"""The addresses of the pages about people who help."""

from django.urls import URLPattern, path

from tongxin.web.console.workforce import certificates, loads, overview, people, teams

ONE, TEAM, CHILD = "workforce/people/<uuid:person_id>/", "workforce/teams/<uuid:team_id>/", "children/<uuid:child_id>/"
OUTSIDER = "workforce/companions/<uuid:companion_id>/"
urlpatterns: list[URLPattern] = [
    path("workforce/", overview.overview), path("workforce/start/", overview.start),
    path("workforce/table/", overview.table), path("workforce/mine/", certificates.mine),
    path("workforce/mine/<uuid:qualification_id>/evidence/", certificates.own_evidence),
    path("workforce/mine/declare/", certificates.declare_own), path("workforce/people/", people.people_list),
    path(ONE, people.person_page), path(f"{ONE}check/", people.check), path(f"{ONE}declare/", people.declare),
    path(OUTSIDER, certificates.outsider), path(f"{OUTSIDER}declare/", certificates.declare_outsider),
    path("workforce/qualifications/<uuid:qualification_id>/verify/", certificates.verify),
    path("workforce/qualifications/<uuid:qualification_id>/evidence/", certificates.evidence),
    path("workforce/caseload/", loads.caseload_page), path("workforce/leave/", loads.leave_page),
    path("workforce/teams/", teams.team_list), path(TEAM, teams.team_page), path(f"{TEAM}add/", teams.add),
    path(f"{TEAM}remove/", teams.remove), path(f"{TEAM}end/", teams.end),
    path(f"{CHILD}teams/", teams.child_teams), path(f"{CHILD}teams/give/", teams.give),
    path(f"{CHILD}teams/take/", teams.take),
]
