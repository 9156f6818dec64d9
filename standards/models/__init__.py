from standards.models.calendars import CalendarDay, WorkCalendar, WorkSpan
from standards.models.clocks import Clock, ClockPause, ClockStep
from standards.models.standards import Standard
from standards.models.types import InteractionType, Procedure, ProcedureStep
from standards.models.wording import in_reader_language

__all__ = [
    "CalendarDay",
    "Clock",
    "ClockPause",
    "ClockStep",
    "InteractionType",
    "Procedure",
    "ProcedureStep",
    "Standard",
    "WorkCalendar",
    "WorkSpan",
    "in_reader_language",
]
