"""Takes the changes of an earlier version into the chain, in the order they were written."""

import secrets

from django.db import migrations, models

from instroom.core.chain import FIRST_LINK, ChainRow, sealed

_KEPT = ("at", "by", "kind", "object_kind", "object_id", "before", "after", "reason")


def take_in(apps, schema_editor):
    Change, ChainHead = apps.get_model("history", "Change"), apps.get_model("history", "ChainHead")
    link, count = FIRST_LINK, 0
    # numbers of before have gaps, so a new number never meets an old one that is still to come
    for old in list(Change.objects.order_by("number").values_list("number", flat=True)):
        count += 1
        values = Change.objects.filter(number=old).values(*_KEPT).get()
        row = sealed(link, ChainRow(number=count, salt=secrets.token_hex(16), **values))
        link = row.link
        Change.objects.filter(number=old).update(
            number=count, salt=row.salt, content_digest=row.content_digest, link=link
        )
    if count:
        ChainHead.objects.create(id=1, number=count, link=link)


class Migration(migrations.Migration):

    dependencies = [("history", "0001_initial")]

    operations = [
        migrations.RenameField("change", "id", "number"),
        migrations.AlterModelOptions("change", {"ordering": ["number"]}),
        migrations.AlterField(
            "change", "number", models.BigIntegerField(primary_key=True, serialize=False)
        ),
        migrations.AddField(
            "change", "salt", models.CharField(blank=True, max_length=32, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            "change", "content_digest", models.CharField(max_length=64, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            "change", "link", models.CharField(max_length=64, default=""), preserve_default=False
        ),
        migrations.CreateModel(
            name="ChainHead",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("number", models.BigIntegerField(default=0)),
                ("link", models.CharField(max_length=64)),
            ],
        ),
        migrations.AddConstraint(
            "chainhead",
            models.CheckConstraint(condition=models.Q(("id", 1)), name="history_has_one_head"),
        ),
        migrations.RunPython(take_in, migrations.RunPython.noop),
    ]
