from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "tongxin.sharing"
    label = "sharing"
    verbose_name = "部门共享"
