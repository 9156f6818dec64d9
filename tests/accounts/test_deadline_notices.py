from accounts.models import LogEntry, Notification
from tests.factories.complaints import make_case


def test_a_deadline_says_whose_it_is_and_leads_there(cast, logged_in):
    case = make_case(by=cast.agent)
    entry = LogEntry.objects.create(
        action="clock.warned",
        subject_type="complaints.case",
        subject_id=case.pk,
        data={"metric": "close", "due": "2026-11-22T08:00:00+00:00"},
    )
    Notification.objects.create(to=cast.leader, entry=entry)
    page = logged_in(cast.leader).get("/accounts/notifications/").content.decode()
    assert f'<a href="/cases/{case.pk}/">{case.number}</a>' in page
