from django.apps import AppConfig


class GroupsConfig(AppConfig):
    name = "tongxin.groups"
    label = "groups"
    verbose_name = "团体辅导"
