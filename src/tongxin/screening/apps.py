from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    name = "tongxin.screening"
    label = "screening"
    verbose_name = "筛查批次"
