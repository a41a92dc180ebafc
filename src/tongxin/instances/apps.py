from django.apps import AppConfig


class InstancesConfig(AppConfig):
    name = "tongxin.instances"
    label = "instances"
    verbose_name = "外地系统"
