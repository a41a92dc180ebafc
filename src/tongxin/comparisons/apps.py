from django.apps import AppConfig


class ComparisonsConfig(AppConfig):
    name = "tongxin.comparisons"
    label = "comparisons"
    verbose_name = "名单比对"
