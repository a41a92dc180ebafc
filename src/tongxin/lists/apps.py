from django.apps import AppConfig


class ListsConfig(AppConfig):
    name = "tongxin.lists"
    label = "lists"
    verbose_name = "常用筛选"
