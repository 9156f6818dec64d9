from datetime import timedelta

import factory

from standards.models import Clock, Standard


class ClockFactory(factory.django.DjangoModelFactory):
    """A clock about nothing in particular, as if a service had started it."""

    class Meta:
        model = Clock

    class Params:
        type = "complaint"
        metric = "accept"
        level = "general"
        hours = 2

    standard = factory.LazyAttribute(
        lambda o: Standard.objects.get(
            type=o.type, metric=o.metric, level=o.level, organisation=None
        )
    )
    subject_type = "accounts.organisation"
    subject_id = factory.Sequence(lambda n: n + 1)
    due_at = factory.LazyAttribute(lambda o: o.started_at + timedelta(hours=o.hours))
    warn_at = factory.LazyAttribute(
        lambda o: o.started_at + timedelta(hours=o.hours) * 0.7
    )
    alarm_at = factory.LazyAttribute(
        lambda o: o.started_at + timedelta(hours=o.hours) * 1.5
    )
