"""The addresses of training."""

from django.urls import URLPattern, path

from tongxin.web.console.training import covering, home, keeping, learning, listing, paper, planning

PLAN, SESSION, LIST = "training/plans/<uuid:plan_id>/", "training/sessions/<uuid:session_id>/", "training/lists/"
urlpatterns: list[URLPattern] = [
    path("training/", home.home), path("training/sign-in/", home.sign_in),
    path("training/lessons/<slug:lesson>/", learning.lesson),
    path("training/tries/<uuid:attempt_id>/", learning.attempt),
    path("training/exams/<slug:exam>/begin/", learning.begin_exam),
    path("training/sittings/<uuid:sitting_id>/", learning.sitting),
    path("training/certificates/", paper.certificate_list),
    path("training/certificates/<uuid:certificate_id>/paper/", paper.certificate_paper),
    path("training/certificates/<uuid:certificate_id>/own/", paper.own_paper),
    path("training/certificates/<uuid:certificate_id>/revoke/", paper.revoke),
    path("training/verify/", paper.verify),
    path("training/plans/", planning.plan_list), path("training/plans/begin/", planning.begin),
    path(PLAN, planning.plan_page), path(f"{PLAN}lines/", planning.add_line),
    path(f"{PLAN}lines/<uuid:key>/drop/", planning.drop_line), path(f"{PLAN}approve/", planning.approve),
    path(f"{PLAN}sheet/", planning.plan_sheet),
    path("training/sessions/", keeping.session_list), path("training/sessions/new/", keeping.new_session),
    path(SESSION, keeping.session_page), path(f"{SESSION}attend/", keeping.attend),
    path(f"{SESSION}close/", keeping.close), path(f"{SESSION}cancel/", keeping.cancel),
    path(f"{SESSION}credits/<uuid:credit_id>/withdraw/", keeping.withdraw),
    path(LIST, listing.list_page), path(f"{LIST}<uuid:batch_id>/", listing.batch_page),
    path(f"{LIST}<uuid:batch_id>/take/", listing.take), path(f"{LIST}<uuid:batch_id>/aside/", listing.put_aside),
    path("training/coverage/", covering.coverage_page), path("training/coverage/remind/", covering.remind),
    path("training/coverage/sheet/", covering.coverage_sheet),
]
