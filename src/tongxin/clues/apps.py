from django.apps import AppConfig


class CluesConfig(AppConfig):
    name = "tongxin.clues"
    label = "clues"
    verbose_name = "线索"
