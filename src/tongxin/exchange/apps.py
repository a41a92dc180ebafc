from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "tongxin.exchange"
    label = "exchange"
    verbose_name = "接口"
