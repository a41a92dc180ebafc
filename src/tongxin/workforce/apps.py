from django.apps import AppConfig


class WorkforceConfig(AppConfig):
    name = "tongxin.workforce"
    label = "workforce"
    verbose_name = "人员与资质"
