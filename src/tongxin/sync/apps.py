from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "tongxin.sync"
    label = "sync"
    verbose_name = "手机同步"
