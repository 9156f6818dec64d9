from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from complaints.querysets import CaseQuerySet, TransferQuerySet
from crm.models import Customer, Interaction, Vehicle


class Case(models.Model):
    """Something a customer wants settled: a complaint, or a question still open.

    It goes round after round, one level higher each time, until the customer says it
    is solved; only the centre closes it.
    """

    class Kind(models.TextChoices):
        COMPLAINT = "complaint", _("Complaint")
        CONSULTATION = "consultation", _("Consultation")

    class Level(models.TextChoices):
        GENERAL = "general", _("General")
        ESCALATED = "escalated", _("Escalated")
        MAJOR = "major", _("Major")
        CRISIS = "crisis", _("Crisis")

    class Category(models.TextChoices):
        PRODUCT = "product", _("Product quality")
        SALES = "sales", _("Sales")
        SERVICE = "service", _("Service")
        PARTS = "parts", _("Parts")
        POLICY = "policy", _("Policy")
        OTHER = "other", _("Other")

    class Status(models.TextChoices):
        REGISTERED = "registered", _("Registered")
        DISPATCHED = "dispatched", _("Handed over")
        ACCEPTED = "accepted", _("Accepted")
        ANSWERED = "answered", _("Answered, to be checked")
        CLOSED = "closed", _("Closed")

    # Which status may follow which; services check every change against it.
    NEXT: dict[str, set[str]] = {
        Status.REGISTERED: {Status.DISPATCHED, Status.ANSWERED},
        Status.DISPATCHED: {Status.ACCEPTED, Status.REGISTERED},
        Status.ACCEPTED: {Status.ANSWERED, Status.REGISTERED},
        Status.ANSWERED: {Status.CLOSED, Status.REGISTERED},
        Status.CLOSED: set(),
    }

    number = models.CharField(_("number"), max_length=20, unique=True)
    kind = models.CharField(
        _("kind"), max_length=12, choices=Kind, default=Kind.COMPLAINT
    )
    category = models.CharField(
        _("category"), max_length=10, choices=Category, default=Category.OTHER
    )
    level = models.CharField(
        _("level"), max_length=10, choices=Level, default=Level.GENERAL
    )
    status = models.CharField(
        _("status"), max_length=12, choices=Status, default=Status.REGISTERED
    )
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="cases", verbose_name=_("customer")
    )
    vehicle = models.ForeignKey(
        Vehicle,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("vehicle"),
    )
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("dealer or station concerned"),
    )
    subject = models.CharField(_("subject"), max_length=120)
    description = models.TextField(_("what happened"))
    demand = models.TextField(_("what the customer wants"), blank=True)
    opened_at = models.DateTimeField(_("opened"))
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    opened_in = models.ForeignKey(
        Interaction, models.PROTECT, null=True, related_name="cases_opened"
    )
    owner = models.ForeignKey(
        User, models.PROTECT, related_name="cases", verbose_name=_("agent in charge")
    )
    contacted_at = models.DateTimeField(_("customer first contacted"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="case_closed_has_time",
                condition=Q(status="closed", closed_at__isnull=False)
                | (~Q(status="closed") & Q(closed_at=None)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["level", "opened_at"],
                name="case_open",
                condition=~Q(status="closed"),
            )
        ]

    def __str__(self) -> str:
        return self.number


class Transfer(models.Model):
    """A case handed to a department for one round, and what came of it."""

    class Status(models.TextChoices):
        SENT = "sent", _("Sent")
        ACCEPTED = "accepted", _("Accepted")
        RETURNED = "returned", _("Returned")
        ANSWERED = "answered", _("Answered")

    # Which status may follow which; services check every change against it.
    NEXT: dict[str, set[str]] = {
        Status.SENT: {Status.ACCEPTED, Status.RETURNED},
        Status.ACCEPTED: {Status.ANSWERED, Status.RETURNED},
        Status.RETURNED: set(),
        Status.ANSWERED: set(),
    }
    WAITING = (Status.SENT, Status.ACCEPTED)

    case = models.ForeignKey(Case, models.CASCADE, related_name="transfers")
    round = models.PositiveSmallIntegerField(_("round"))
    to = models.ForeignKey(
        Organisation, models.PROTECT, related_name="transfers", verbose_name=_("to")
    )
    note = models.TextField(_("what is asked"), blank=True)
    sent_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(_("sent"))
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.SENT
    )
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(_("returned or answered"), null=True)
    return_reason = models.TextField(_("reason"), blank=True)
    answer = models.TextField(_("answer"), blank=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        ordering = ["-sent_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(status__in=["sent", "accepted"]),
                name="transfer_one_open_per_case",
            ),
            models.CheckConstraint(
                name="transfer_return_has_reason",
                condition=~Q(status="returned") | ~Q(return_reason=""),
            ),
            models.CheckConstraint(
                name="transfer_answer_has_text",
                condition=~Q(status="answered") | ~Q(answer=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} → {self.to}"


class CentreAnswer(models.Model):
    """What the centre itself answered in a round that no department was asked in."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="centre_answers")
    round = models.PositiveSmallIntegerField(_("round"))
    text = models.TextField(_("answer"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("answer of the centre")
        verbose_name_plural = _("answers of the centre")
        ordering = ["-round"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "round"], name="centreanswer_once_per_round"
            ),
            models.CheckConstraint(name="centreanswer_has_text", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return f"{self.case} ({self.round})"


class CaseDay(models.Model):
    """How many case numbers a day has given out; its row is the lock on the next."""

    day = models.DateField(primary_key=True)
    last = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("day of case numbers")
        verbose_name_plural = _("days of case numbers")

    def __str__(self) -> str:
        return f"{self.day} {self.last}"
