from django.apps import AppConfig


class KeepingConfig(AppConfig):
    name = "tongxin.keeping"
    label = "keeping"
    verbose_name = "保存与封存"
