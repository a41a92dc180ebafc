from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "tongxin.documents"
    label = "documents"
    verbose_name = "附件与纸质表单"
