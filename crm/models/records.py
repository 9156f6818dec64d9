from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from crm.models.customers import Customer
from crm.models.uploads import UploadBatch
from crm.models.vehicles import Vehicle
from crm.querysets import RepairQuerySet, SaleQuerySet


class Sale(models.Model):
    """A car sold to a customer, as the dealer handed it in."""

    dealer = models.ForeignKey(Organisation, models.PROTECT, related_name="sales")
    sale_no = models.CharField(_("sale number"), max_length=40)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="sales")
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="sales")
    salesperson = models.CharField(_("salesperson"), max_length=50, blank=True)
    price = models.DecimalField(_("price"), max_digits=12, decimal_places=2, null=True)
    invoice_no = models.CharField(_("invoice number"), max_length=40, blank=True)
    invoiced_on = models.DateField(_("invoiced"))
    delivered_on = models.DateField(_("delivered"), null=True)
    batch = models.ForeignKey(
        UploadBatch, models.PROTECT, null=True, related_name="sales"
    )
    content = models.UUIDField(
        null=True, editable=False, help_text="A hash of the row it came from."
    )

    objects = SaleQuerySet.as_manager()

    class Meta:
        verbose_name = _("sale")
        verbose_name_plural = _("sales")
        ordering = ["-invoiced_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["dealer", "sale_no"], name="sale_no_once_per_dealer"
            )
        ]
        indexes = [models.Index(fields=["delivered_on"], name="sale_delivered")]

    def __str__(self) -> str:
        return self.sale_no


class Repair(models.Model):
    """A visit to a service station, as the station handed it in."""

    class Kind(models.TextChoices):
        WARRANTY = "warranty", _("Warranty")
        MAINTENANCE = "maintenance", _("Maintenance")
        GENERAL = "general", _("General repair")
        ACCIDENT = "accident", _("Accident")
        RECALL = "recall", _("Recall")

    station = models.ForeignKey(Organisation, models.PROTECT, related_name="repairs")
    order_no = models.CharField(_("order number"), max_length=40)
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="repairs")
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, related_name="repairs"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    in_at = models.DateTimeField(_("in"))
    out_at = models.DateTimeField(_("out"), null=True)
    mileage = models.PositiveIntegerField(_("mileage, km"), null=True)
    statement = models.TextField(_("customer's statement"), blank=True)
    labour_cost = models.DecimalField(
        _("labour"), max_digits=12, decimal_places=2, null=True
    )
    material_cost = models.DecimalField(
        _("material"), max_digits=12, decimal_places=2, null=True
    )
    total = models.DecimalField(_("total"), max_digits=12, decimal_places=2, null=True)
    adviser = models.CharField(_("service adviser"), max_length=50, blank=True)
    batch = models.ForeignKey(
        UploadBatch, models.PROTECT, null=True, related_name="repairs"
    )
    content = models.UUIDField(
        null=True, editable=False, help_text="A hash of the row it came from."
    )

    objects = RepairQuerySet.as_manager()

    class Meta:
        verbose_name = _("repair")
        verbose_name_plural = _("repairs")
        ordering = ["-in_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "order_no"], name="order_no_once_per_station"
            )
        ]
        indexes = [models.Index(fields=["out_at"], name="repair_out")]

    def __str__(self) -> str:
        return self.order_no


class RepairLine(models.Model):
    """A piece of work done, or a part fitted, in a repair."""

    class Kind(models.TextChoices):
        WORK = "work", _("Work")
        PART = "part", _("Part")

    repair = models.ForeignKey(Repair, models.CASCADE, related_name="lines")
    kind = models.CharField(_("kind"), max_length=4, choices=Kind)
    name = models.CharField(_("name"), max_length=200)

    class Meta:
        verbose_name = _("repair line")
        verbose_name_plural = _("repair lines")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
