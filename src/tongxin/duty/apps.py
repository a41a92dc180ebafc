from django.apps import AppConfig


class DutyConfig(AppConfig):
    name = "tongxin.duty"
    label = "duty"
    verbose_name = "值班"
