from django.apps import AppConfig


class FlowsConfig(AppConfig):
    name = "tongxin.flows"
    label = "flows"
    verbose_name = "flows"
