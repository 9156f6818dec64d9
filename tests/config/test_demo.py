"""The demo, told for five days instead of sixty: every page has something to show."""

from accounts.models import Notification, Organisation, User
from complaints.models import Case
from config.demo.history import tell
from crm.models import Customer, DailyFile, DuplicatePair, UploadBatch
from followups.models import Task
from knowledge.models import Article
from standards.models import Clock


def forget_the_cast() -> None:
    User.objects.all().delete()
    for place in Organisation.objects.order_by("-path"):
        place.delete()


def test_the_demo_fills_every_room_and_is_told_once(db):
    forget_the_cast()
    assert tell(customers=12, days=5)
    kinds = [o.kind for o in Organisation.objects.all()]
    wanted = {"headquarters": 1, "region": 2, "branch": 4, "dealer": 12, "station": 8}
    assert {kind: kinds.count(kind) for kind in wanted} == wanted
    assert kinds.count("department") == 5
    assert Customer.objects.count() >= 12
    statuses = set(UploadBatch.objects.values_list("status", flat=True))
    assert {"posted", "submitted", "returned", "checked"} <= statuses
    assert Task.objects.filter(status=Task.Status.COMPLETED).exists()
    assert Case.objects.filter(transfers__isnull=False).exists()
    assert Clock.objects.finished().exists()
    assert Notification.objects.exists()
    days = DailyFile.objects.exclude(handed_in_at=None)
    assert {True, False} <= set(days.values_list("is_nil", flat=True))
    met = Clock.objects.filter(subject_type="crm.dailyfile").met().count()
    assert met > days.count() * 0.9
    assert DuplicatePair.objects.exists()
    assert Article.objects.count() == 15

    before = Clock.objects.count()
    assert not tell(customers=12, days=5)
    assert Clock.objects.count() == before
