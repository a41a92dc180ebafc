from django.apps import AppConfig


class DraftsConfig(AppConfig):
    name = "tongxin.drafts"
    label = "drafts"
    verbose_name = "没填完的表"
