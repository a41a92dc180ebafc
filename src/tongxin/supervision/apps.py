from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "tongxin.supervision"
    label = "supervision"
    verbose_name = "督导提问"
