from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "tongxin.intake"
    label = "intake"
    verbose_name = "花名册导入"
