"""The addresses of the pages. Ids only: no sealed word ever stands in one (spine B6)."""

from django.urls import URLPattern, URLResolver, include, path

from tongxin.web.console import (
    child,
    children,
    crises,
    draft_saving,
    entries,
    forms,
    home,
    opening,
    posts,
    referrals,
    sign_in,
    tasks,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home),
    path("notices/read/", home.read_notices),
    path("sign-in/", sign_in.sign_in),
    path("sign-out/", sign_in.sign_out),
    path("post/", sign_in.choose_post),
    path("children/", children.roster),
    path("children/count/", children.roster_count),
    path("children/search/", children.search_children),
    path("children/new/", opening.look_first),
    path("children/new/file/", opening.new_file),
    path("children/new/file/draft/", draft_saving.keep_file_draft),
    path("children/<uuid:child_id>/", child.child_file),
    path("children/<uuid:child_id>/forms/<slug:form_id>/", forms.form),
    path("children/<uuid:child_id>/forms/<slug:form_id>/draft/", draft_saving.keep_draft),
    path("drafts/<uuid:draft_id>/discard/", draft_saving.discard),
    path("children/<uuid:child_id>/entries/<uuid:entry_id>/", entries.entry_page),
    path("children/<uuid:child_id>/entries/<uuid:entry_id>/retract/", entries.retract),
    path("children/<uuid:child_id>/entries/<uuid:entry_id>/move/", entries.move),
    path("tasks/", tasks.task_list),
    path("crises/", crises.crisis_board),
    path("referrals/", referrals.referral_lists),
    path("", include("tongxin.web.console.rosters")),
    path("", include("tongxin.web.console.papers")),
    path("", include("tongxin.web.console.attachments")),
    path("posts/", posts.post_list),
    path("posts/<uuid:post_id>/", posts.hand_over),
]
