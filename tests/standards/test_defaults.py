"""The types, procedures, calendars and standards every installation begins with."""

from datetime import date

import pytest
from django.apps import apps

from standards import defaults
from standards.models import (
    CalendarDay,
    InteractionType,
    Procedure,
    ProcedureStep,
    Standard,
    WorkCalendar,
)

pytestmark = pytest.mark.django_db


def test_every_interaction_type_has_a_procedure_in_both_languages():
    assert {t.code for t in InteractionType.objects.all()} == {
        *InteractionType.Code.values
    }
    steps = {
        procedure.type_id: procedure.steps.count()
        for procedure in Procedure.objects.filter(is_current=True)
    }
    assert steps.pop("other") == 8
    assert set(steps.values()) == {7}
    assert len(steps) == 6
    for step in ProcedureStep.objects.all():
        assert all((step.name_en, step.name_zh, step.wording_en, step.wording_zh))


@pytest.mark.parametrize(
    ("code", "mandatory"),
    [
        ("other", [6, 7, 8]),
        ("purchase_inquiry", [3, 5]),
        ("complaint", [4, 5, 6, 7]),
        ("post_purchase", [1, 2, 3, 6]),
        ("post_repair", [1, 2, 3, 6]),
        ("resolution", [1, 2, 3, 6]),
        ("rescue", [1, 2, 5]),
    ],
)
def test_few_steps_are_mandatory(code, mandatory):
    steps = ProcedureStep.objects.filter(procedure__type=code, is_mandatory=True)
    assert list(steps.values_list("order", flat=True)) == mandatory


def test_only_the_office_keeps_public_holidays():
    office = WorkCalendar.objects.get(code="office")
    assert set(CalendarDay.objects.values_list("calendar", flat=True)) == {office.pk}
    days = {day.date: day for day in office.days.all()}
    assert days[date(2025, 10, 1)].name_zh == "国庆节"
    assert days[date(2026, 2, 14)].is_working


def test_what_the_law_sets_is_marked_and_never_pauses():
    told = Standard.objects.get(metric="outcome_told")
    assert (told.grade, told.is_statutory, told.level) == ("LAW", True, "")
    assert (told.target, told.unit) == (7, "workdays")
    assert Standard.objects.filter(is_statutory=True).count() == 1


def test_every_level_of_a_complaint_has_its_hours():
    hours = {
        (row.metric, row.level): row.target / 3600
        for row in Standard.objects.filter(type="complaint").exclude(unit="workdays")
    }
    assert hours.pop(("answer", "")) == 15 / 3600
    assert hours == {
        ("accept", "general"): 2,
        ("accept", "escalated"): 1,
        ("accept", "major"): 0.5,
        ("accept", "crisis"): 0.5,
        ("first_contact", "general"): 3,
        ("first_contact", "escalated"): 2,
        ("first_contact", "major"): 1,
        ("first_contact", "crisis"): 1,
        ("plan", "escalated"): 24,
        ("plan", "major"): 24,
    }


def test_loading_again_adds_nothing_and_keeps_what_was_corrected():
    day = CalendarDay.objects.get(date=date(2025, 10, 8))
    day.is_working = True
    day.save()
    Standard.objects.filter(metric="outcome_told").update(target=5)
    models = (InteractionType, ProcedureStep, WorkCalendar, CalendarDay, Standard)
    before = [model.objects.count() for model in models]
    defaults.load(apps)
    assert [model.objects.count() for model in models] == before
    day.refresh_from_db()
    assert day.is_working
    assert Standard.objects.get(metric="outcome_told").target == 5
