from django.db import migrations

# Every change of hours or special days, by whatever way, gives the calendars a new
# revision. A sequence never hands out a number twice, not even after a rollback, so
# (calendar, revision) names one state of a calendar for ever.
FORWARDS = """
CREATE SEQUENCE standards_calendar_revision;

CREATE FUNCTION standards_revise_calendars() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE standards_workcalendar
       SET revision = nextval('standards_calendar_revision');
    RETURN NULL;
END $$;

CREATE FUNCTION standards_revise_calendar() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.revision := nextval('standards_calendar_revision');
    RETURN NEW;
END $$;

CREATE TRIGGER revise_calendars
    AFTER INSERT OR UPDATE OR DELETE ON standards_workspan
    FOR EACH STATEMENT EXECUTE FUNCTION standards_revise_calendars();

CREATE TRIGGER revise_calendars
    AFTER INSERT OR UPDATE OR DELETE ON standards_calendarday
    FOR EACH STATEMENT EXECUTE FUNCTION standards_revise_calendars();

CREATE TRIGGER revise_calendar
    BEFORE INSERT OR UPDATE OF time_zone ON standards_workcalendar
    FOR EACH ROW EXECUTE FUNCTION standards_revise_calendar();
"""
BACKWARDS = """
DROP TRIGGER revise_calendar ON standards_workcalendar;
DROP TRIGGER revise_calendars ON standards_calendarday;
DROP TRIGGER revise_calendars ON standards_workspan;
DROP FUNCTION standards_revise_calendar;
DROP FUNCTION standards_revise_calendars;
DROP SEQUENCE standards_calendar_revision;
"""


class Migration(migrations.Migration):
    dependencies = [("standards", "0001_initial")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
