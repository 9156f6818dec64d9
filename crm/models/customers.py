from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from crm.models.columns import each_character_twice, reversed_copy
from crm.phones import masked
from crm.querysets import CustomerQuerySet


class Customer(models.Model):
    """A person or company that bought a car, had one repaired, or rang us."""

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        COMPANY = "company", _("Company")

    class Gender(models.TextChoices):
        MALE = "m", _("Male")
        FEMALE = "f", _("Female")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.PERSON)
    name = models.CharField(_("name"), max_length=100)
    gender = models.CharField(_("gender"), max_length=1, choices=Gender, blank=True)
    id_number = models.CharField(_("identity number"), max_length=30, blank=True)
    province = models.CharField(_("province"), max_length=50, blank=True)
    city = models.CharField(_("city"), max_length=50, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    do_not_call = models.BooleanField(_("asked not to be called"), default=False)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        help_text="Found to be the same as this one, who has all their records now.",
    )

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        indexes = [
            models.Index(
                fields=["name"], name="customer_name", opclasses=["text_pattern_ops"]
            ),
            GinIndex(
                OpClass(each_character_twice(Upper("name")), name="gin_trgm_ops"),
                name="customer_name_part",
            ),
            models.Index(
                fields=["id_number"],
                name="customer_id_number",
                condition=~Q(id_number=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Phone(models.Model):
    """A number a customer answers; the same number may belong to two people."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="phones")
    number = models.CharField(_("number"), max_length=20, help_text="E.164")
    number_reversed = reversed_copy("number", 20)
    is_wrong = models.BooleanField(_("found to be wrong"), default=False)
    place = models.SmallIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="Lower is called first; a new number goes before those known.",
    )

    class Meta:
        verbose_name = _("telephone number")
        verbose_name_plural = _("telephone numbers")
        ordering = ["is_wrong", "place", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["number", "customer"], name="phone_once_per_customer"
            ),
        ]
        indexes = [
            models.Index(
                fields=["number_reversed"],
                name="phone_ending",
                opclasses=["text_pattern_ops"],
            ),
        ]

    def __str__(self) -> str:
        return masked(self.number)
