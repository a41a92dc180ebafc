from django.apps import AppConfig


class RegistersConfig(AppConfig):
    name = "tongxin.registers"
    label = "registers"
    verbose_name = "登记簿"
