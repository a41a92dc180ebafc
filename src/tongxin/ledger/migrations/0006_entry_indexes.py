import django.db.models.deletion
from django.db import migrations, models

NAME = "ledger_entry_supersedes_id_e1fbdd96"


class Migration(migrations.Migration):

    dependencies = [
        ("ledger", "0005_anchor"),
    ]

    operations = [
        # By hand: to alter the field SQLite would make the table anew, without its append-only triggers.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"DROP INDEX IF EXISTS {NAME}",
                    f"CREATE INDEX {NAME} ON ledger_entry (supersedes_id)",
                ),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="entry", name="supersedes",
                    field=models.ForeignKey(
                        db_constraint=False, db_index=False, null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING, related_name="superseded_by", to="ledger.entry",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                fields=["supersedes"], condition=models.Q(supersedes__isnull=False), name="entry_correcting",
            ),
        ),
        migrations.AddIndex(
            model_name="entry", index=models.Index(fields=["post_id", "occurred_at"], name="entry_post"),
        ),
        migrations.AddIndex(
            model_name="entry", index=models.Index(fields=["kind", "occurred_at"], name="entry_kind"),
        ),
    ]
