from django.apps import AppConfig


class FundsConfig(AppConfig):
    name = "tongxin.funds"
    label = "funds"
    verbose_name = "资金"
