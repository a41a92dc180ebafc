"""The addresses of sharing."""

from django.urls import URLPattern, path

from tongxin.web.console import sharing, sharing_boxes, sharing_forms

urlpatterns: list[URLPattern] = [
    path("sharing/", sharing.overview),
    path("sharing/new/", sharing_forms.new_agreement),
    path("sharing/inbox/", sharing_boxes.inbox),
    path("sharing/outbox/", sharing_boxes.outbox),
    path("sharing/<uuid:agreement_id>/", sharing.agreement_page),
    path("sharing/<uuid:agreement_id>/revise/", sharing_forms.revise),
    path("sharing/<uuid:agreement_id>/decide/", sharing.decide),
    path("sharing/<uuid:agreement_id>/revoke/", sharing.revoke),
    path("sharing/<uuid:agreement_id>/ask/", sharing_forms.ask),
    path("sharing/deliveries/<uuid:delivery_id>/", sharing_boxes.delivery_page),
    path("sharing/deliveries/<uuid:delivery_id>/open/", sharing_boxes.open_delivery),
    path("sharing/deliveries/<uuid:delivery_id>/receive/", sharing_boxes.receive),
    path("sharing/requests/<uuid:request_id>/", sharing_boxes.request_page),
    path("sharing/requests/<uuid:request_id>/answer/", sharing_boxes.answer),
    path("sharing/duties/<uuid:duty_id>/", sharing.duty_page),
    path("children/<uuid:child_id>/given/", sharing_boxes.given_page),
]
