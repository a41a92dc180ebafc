from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "tongxin.vault"
    label = "vault"
    verbose_name = "密钥"
