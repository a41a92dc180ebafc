from django.apps import AppConfig


class CommandsConfig(AppConfig):
    name = "tongxin.commands"
    label = "commands"
    verbose_name = "commands"
