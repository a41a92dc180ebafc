from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    name = "tongxin.programmes"
    label = "programmes"
    verbose_name = "项目"
