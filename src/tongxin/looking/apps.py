from django.apps import AppConfig


class LookingConfig(AppConfig):
    name = "tongxin.looking"
    label = "looking"
    verbose_name = "查看"
