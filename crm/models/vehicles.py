from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.models.columns import reversed_copy
from crm.models.customers import Customer
from crm.querysets import VehicleQuerySet


class Vehicle(models.Model):
    """One car, known by its VIN."""

    vin = models.CharField("VIN", max_length=17, unique=True)
    vin_reversed = reversed_copy("vin", 17)
    engine_no = models.CharField(_("engine number"), max_length=40, blank=True)
    model = models.CharField(_("model"), max_length=100, blank=True)
    colour = models.CharField(_("colour"), max_length=60, blank=True)
    plate = models.CharField(_("plate"), max_length=15, blank=True)
    mileage = models.PositiveIntegerField(_("mileage, km"), null=True)

    objects = VehicleQuerySet.as_manager()

    class Meta:
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")
        indexes = [
            models.Index(
                fields=["vin_reversed"],
                name="vehicle_vin_ending",
                opclasses=["text_pattern_ops"],
            ),
            models.Index(
                fields=["plate"],
                name="vehicle_plate",
                opclasses=["text_pattern_ops"],
            ),
        ]

    def __str__(self) -> str:
        return self.vin


class Ownership(models.Model):
    """Who owned a car from when to when."""

    vehicle = models.ForeignKey(Vehicle, models.CASCADE, related_name="ownerships")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="ownerships")
    from_on = models.DateField(_("from"))
    to_on = models.DateField(_("until"), null=True)

    class Meta:
        verbose_name = _("ownership")
        verbose_name_plural = _("ownerships")
        ordering = ["-from_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle"],
                condition=Q(to_on=None),
                name="ownership_one_current",
            ),
            models.CheckConstraint(
                name="ownership_forward",
                condition=Q(to_on=None) | Q(to_on__gte=F("from_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vehicle} {self.customer}"
