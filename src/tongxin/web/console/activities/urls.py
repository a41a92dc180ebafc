"""The addresses of activities and publicity."""

from django.urls import URLPattern, path

from tongxin.web.console.activities import deeds, overview, page, planning, publicity

ONE, TIME = "activities/<uuid:activity_id>/", "activities/times/<uuid:occasion_id>/"
urlpatterns: list[URLPattern] = [
    path("activities/", overview.activity_list), path("activities/new/", planning.new),
    path("activities/doubts/<uuid:doubt_id>/", overview.settle),
    path(ONE, page.activity_page), path("activities/<uuid:returned_id>/change/", planning.change),
    path("activities/<uuid:asked_id>/decide/", deeds.decide), path(f"{ONE}cancel/", deeds.cancel),
    path(f"{ONE}close/", deeds.close),
    path(f"{ONE}begin/", deeds.begin), path(f"{ONE}count/", deeds.count), path(f"{ONE}list/", deeds.put),
    path(f"{ONE}list/<uuid:listed_id>/answer/", deeds.answer), path(f"{ONE}list/<uuid:listed_id>/leave/", deeds.leave),
    path(f"{ONE}list/<uuid:listed_id>/back/", deeds.hand_back), path(f"{ONE}photos/", deeds.add_photo),
    path(f"{TIME}withdraw/", deeds.withdraw), path(f"{TIME}code/", deeds.code), path(f"{TIME}tick/", deeds.tick),
    path("activities/photos/<uuid:photo_id>/", deeds.open_photo),
    path("activities/photos/<uuid:photo_id>/withdraw/", deeds.withdraw_photo),
    path("children/<uuid:child_id>/activities/", page.of_child),
    path("publicity/", publicity.publicity_list), path("publicity/<uuid:line_id>/withdraw/", publicity.withdraw),
]
