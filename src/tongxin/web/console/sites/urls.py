"""Addresses below /places/."""

from django.urls import URLPattern, path

from tongxin.web.console.sites import boxes, deeds, forms, listing, near, page

ONE = "places/<uuid:site_id>/"
urlpatterns: list[URLPattern] = [
    path("places/", listing.place_list), path("places/table/", listing.table),
    path("places/bring/", listing.bring_in), path("places/new/", forms.new_place),
    path("places/near/", near.near_place), path("children/<uuid:child_id>/near/", near.near_child),
    path("places/boxes/", boxes.box_list), path("places/boxes/<uuid:box_id>/", boxes.box_page),
    path("places/boxes/<uuid:box_id>/remove/", boxes.take_down),
    path("places/openings/<uuid:opening_id>/letter/", boxes.letter),
    path("places/findings/<uuid:finding_id>/mend/", deeds.mend),
    path(ONE, page.place_page), path(f"{ONE}change/", forms.change_place), path(f"{ONE}close/", deeds.close),
    path(f"{ONE}closures/<int:closure_id>/end/", deeds.open_again), path(f"{ONE}inspect/", deeds.inspect),
    path(f"{ONE}photos/", deeds.add_photo), path(f"{ONE}photos/<uuid:photo_id>/", page.picture),
    path(f"{ONE}boxes/", boxes.place), path(f"{ONE}<slug:what>/link/", deeds.link),
    path(f"{ONE}<slug:what>/<int:link_id>/unlink/", deeds.unlink),
]
