from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    name = "tongxin.referrals"
    label = "referrals"
    verbose_name = "转介"
