from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "tongxin.assessments"
    label = "assessments"
    verbose_name = "记录与评估"
