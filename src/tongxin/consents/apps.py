from django.apps import AppConfig


class ConsentsConfig(AppConfig):
    name = "tongxin.consents"
    label = "consents"
    verbose_name = "同意链接"
