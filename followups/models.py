from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from complaints.models import Case
from crm.models import Customer, Interaction, Repair, Sale, Vehicle
from followups.querysets import PlanQuerySet, TaskQuerySet
from standards.models import InteractionType, in_reader_language


class Questionnaire(models.Model):
    """What is asked in a call; a change makes a new version."""

    code = models.SlugField(_("code"))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    name_en = models.CharField(_("name in English"), max_length=100)
    name_zh = models.CharField(_("name in Chinese"), max_length=100)

    class Meta:
        verbose_name = _("questionnaire")
        verbose_name_plural = _("questionnaires")
        constraints = [
            models.UniqueConstraint(
                fields=["code", "version"], name="questionnaire_version_once"
            )
        ]

    def __str__(self) -> str:
        return in_reader_language(self, "name")


class QuestionnaireItem(models.Model):
    """One question, and the answers to it that mean something is wrong."""

    class Kind(models.TextChoices):
        YES_NO = "yes_no", _("Yes or no")
        SCALE_5 = "scale_5", _("1 to 5")
        SCALE_10 = "scale_10", _("0 to 10")
        TEXT = "text", _("Words")

    questionnaire = models.ForeignKey(
        Questionnaire,
        models.CASCADE,
        related_name="items",
        verbose_name=_("questionnaire"),
    )
    order = models.PositiveSmallIntegerField(_("order"))
    code = models.SlugField(_("code"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    wording_en = models.CharField(_("wording in English"), max_length=200)
    wording_zh = models.CharField(_("wording in Chinese"), max_length=200)
    issue_values = models.JSONField(
        _("answers that mean trouble"),
        default=list,
        blank=True,
        help_text=_('Answers that mean trouble, such as ["no"] or ["1", "2"].'),
    )
    is_required = models.BooleanField(_("required"), default=False)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["questionnaire", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["questionnaire", "code"], name="item_code_once"
            )
        ]

    def __str__(self) -> str:
        return in_reader_language(self, "wording")


class Plan(models.Model):
    """A rule that says which call is owed after which event, and when."""

    class Source(models.TextChoices):
        SALE = "sale", _("Sale")
        REPAIR = "repair", _("Repair")
        CASE = "case", _("Answered case")
        PROMISE = "promise", _("Promised call-back")

    code = models.SlugField(_("code"), unique=True)
    source = models.CharField(_("after"), max_length=10, choices=Source)
    type = models.ForeignKey(
        InteractionType,
        models.PROTECT,
        related_name="plans",
        verbose_name=_("interaction type"),
    )
    name_en = models.CharField(_("name in English"), max_length=100)
    name_zh = models.CharField(_("name in Chinese"), max_length=100)
    opens_after_days = models.PositiveSmallIntegerField(
        _("opens after, days"),
        help_text=_(
            "Days after delivery, or after the car left, when calling may start."
        ),
    )
    closes_after_days = models.PositiveSmallIntegerField(
        _("closes after, days"),
        help_text=_("Days after the same moment when the call is given up."),
    )
    max_attempts = models.PositiveSmallIntegerField(_("most attempts"), default=3)
    priority = models.PositiveSmallIntegerField(
        _("priority"), default=50, help_text=_("Lower comes first.")
    )
    questionnaire = models.ForeignKey(
        Questionnaire,
        models.PROTECT,
        null=True,
        related_name="plans",
        verbose_name=_("questionnaire"),
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up plan")
        verbose_name_plural = _("follow-up plans")
        ordering = ["source", "opens_after_days"]

    def __str__(self) -> str:
        return in_reader_language(self, "name")


class Task(models.Model):
    """One customer's call owed under a plan."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        ASSIGNED = "assigned", _("With an agent")
        COMPLETED = "completed", _("Completed")
        COMPLETED_WITH_ISSUE = "issue", _("Completed, something was wrong")
        REFUSED = "refused", _("Refused")
        WRONG_NUMBER = "wrong_number", _("Wrong number")
        UNREACHABLE = "unreachable", _("Not reached")
        EXPIRED = "expired", _("Expired")
        SUPPRESSED = "suppressed", _("Not called, a case is open")

    OPEN = (Status.PLANNED, Status.ASSIGNED)
    # Ended without the customer having said anything.
    NOT_SPOKEN = (Status.REFUSED, Status.WRONG_NUMBER, Status.UNREACHABLE)
    # An agent has this long before anybody may keep the promise in their place.
    PROMISE_GRACE = timedelta(minutes=15)

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="tasks", verbose_name=_("plan")
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="tasks", verbose_name=_("customer")
    )
    vehicle = models.ForeignKey(
        Vehicle,
        models.PROTECT,
        null=True,
        related_name="tasks",
        verbose_name=_("vehicle"),
    )
    sale = models.ForeignKey(
        Sale, models.CASCADE, null=True, related_name="tasks", verbose_name=_("sale")
    )
    repair = models.ForeignKey(
        Repair,
        models.CASCADE,
        null=True,
        related_name="tasks",
        verbose_name=_("repair"),
    )
    case = models.ForeignKey(
        Case, models.CASCADE, null=True, related_name="tasks", verbose_name=_("case")
    )
    round = models.PositiveSmallIntegerField(
        _("round"),
        null=True,
        help_text=_("The case's round that a resolution check is about."),
    )
    status = models.CharField(
        _("status"), max_length=12, choices=Status, default=Status.PLANNED
    )
    not_before = models.DateTimeField(_("call from"))
    due_at = models.DateTimeField(_("call until"))
    promised_at = models.DateTimeField(
        _("promised for"),
        null=True,
        help_text=_("When the customer was told we ring; such a task never expires."),
    )
    priority = models.PositiveSmallIntegerField(_("priority"), default=50)
    assigned_to = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="tasks", verbose_name=_("agent")
    )
    assigned_at = models.DateTimeField(_("assigned"), null=True)
    attempts_made = models.PositiveSmallIntegerField(_("attempts"), default=0)
    parts_tried = ArrayField(
        models.CharField(max_length=10),
        default=list,
        blank=True,
        help_text=_("Parts of the day in which nobody answered."),
    )
    note = models.TextField(_("note"), blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up task")
        verbose_name_plural = _("follow-up tasks")
        ordering = ["priority", "due_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "sale"], name="task_once_per_sale"),
            models.UniqueConstraint(
                fields=["plan", "repair"], name="task_once_per_repair"
            ),
            models.UniqueConstraint(
                fields=["plan", "case", "round"], name="task_once_per_case_round"
            ),
            models.CheckConstraint(
                name="task_assigned_has_agent",
                condition=~Q(status="assigned")
                | Q(assigned_to__isnull=False, assigned_at__isnull=False),
            ),
            models.CheckConstraint(
                name="task_window_forward",
                condition=Q(due_at__gte=F("not_before"))
                | Q(promised_at__isnull=False)
                | Q(case__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["assigned_to"],
                condition=Q(status="assigned"),
                name="task_one_in_hand",
                violation_error_message=_("An agent holds one task at a time."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["priority", "due_at", "id"],
                name="task_next",
                condition=Q(status="planned"),
            ),
            models.Index(
                fields=["assigned_to", "not_before"],
                name="task_promised",
                condition=Q(status="planned", assigned_to__isnull=False),
            ),
            models.Index(fields=["status", "due_at"], name="task_status"),
        ]

    def __str__(self) -> str:
        return f"{self.plan}: {self.customer}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def is_owed(self) -> bool:
        """Promised, or what a case waits for: it stays however late it is."""
        return self.promised_at is not None or self.case_id is not None

    @property
    def is_check(self) -> bool:
        """Asks whether a case is settled, which closes the case or its round."""
        return self.case_id is not None and self.plan.source == Plan.Source.CASE

    def may_be_called_again(self) -> bool:
        return (
            self.is_check
            and self.status in self.NOT_SPOKEN
            and self.case is not None
            and self.case.status == Case.Status.ANSWERED
            and self.case.round == self.round
        )

    def is_held_by(self, user: User) -> bool:
        return self.status == self.Status.ASSIGNED and self.assigned_to_id == user.pk

    def is_late(self, now: datetime) -> bool:
        return self.is_open and self.due_at < now

    @property
    def organisation(self) -> Organisation | None:
        """The dealer, the station, or whom the case concerns."""
        if self.sale:
            return self.sale.dealer
        if self.repair:
            return self.repair.station
        return self.case.organisation if self.case else None


class Attempt(models.Model):
    """One try at a task's call."""

    class Outcome(models.TextChoices):
        CONNECTED = "connected", _("Connected")
        NO_ANSWER = "no_answer", _("No answer")
        WRONG_NUMBER = "wrong_number", _("Wrong number")
        REFUSED = "refused", _("Refused")
        CALL_BACK = "call_back", _("Call back at a time")

    task = models.ForeignKey(
        Task, models.CASCADE, related_name="attempts", verbose_name=_("task")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        User, models.PROTECT, related_name="attempts", verbose_name=_("by")
    )
    interaction = models.OneToOneField(
        Interaction,
        models.PROTECT,
        related_name="attempt",
        verbose_name=_("interaction"),
    )
    call_back_at = models.DateTimeField(_("call back at"), null=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["task", "number"]
        constraints = [
            models.UniqueConstraint(fields=["task", "number"], name="attempt_once")
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.get_outcome_display()}"


class Answer(models.Model):
    """What the customer said to one question."""

    task = models.ForeignKey(
        Task, models.CASCADE, related_name="answers", verbose_name=_("task")
    )
    item = models.ForeignKey(
        QuestionnaireItem,
        models.PROTECT,
        related_name="answers",
        verbose_name=_("question"),
    )
    value = models.CharField(_("answer"), max_length=500)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["item__order"]
        constraints = [
            models.UniqueConstraint(fields=["task", "item"], name="answer_once")
        ]

    def __str__(self) -> str:
        return self.value

    @property
    def is_issue(self) -> bool:
        return self.value in self.item.issue_values
