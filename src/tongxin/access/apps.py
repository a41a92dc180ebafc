from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "tongxin.access"
    label = "access"
    verbose_name = "访问"
