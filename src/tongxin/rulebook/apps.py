from django.apps import AppConfig


class RulebookConfig(AppConfig):
    name = "tongxin.rulebook"
    label = "rulebook"
    verbose_name = "规则版本"
