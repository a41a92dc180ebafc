from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "tongxin.ledger"
    label = "ledger"
    verbose_name = "账本"

    def ready(self) -> None:
        from tongxin import vault
        from tongxin.ledger import looks

        vault.register_recorder(looks.record_look)
