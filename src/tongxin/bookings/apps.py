from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "tongxin.bookings"
    label = "bookings"
    verbose_name = "房间与预约"
