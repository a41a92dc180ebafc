from django.apps import AppConfig


class RechecksConfig(AppConfig):
    name = "tongxin.rechecks"
    label = "rechecks"
    verbose_name = "走访回访"
