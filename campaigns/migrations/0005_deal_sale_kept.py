from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0004_settlement'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='dealsale',
            name='spare',
        ),
        migrations.AddField(
            model_name='dealsale',
            name='kept',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='dealsale',
            name='state',
            field=models.CharField(choices=[('waiting', 'Paid, not counted yet'), ('sold', 'Sold'), ('redeemed', 'Redeemed'), ('refunded', 'Refunded'), ('returned', 'Refunded after shipping'), ('lapsed', 'Voucher lapsed'), ('short', 'No stock left: to be refunded')], default='waiting', max_length=8),
        ),
    ]
