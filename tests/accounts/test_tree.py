import pytest
from django.core.exceptions import ValidationError

from accounts.models import Organisation
from accounts.roles import Role
from accounts.services import save_organisation
from tests.factories.accounts import UserFactory


def test_moving_a_branch_moves_all_below_it(places):
    places.branch.parent = places.other_region
    save_organisation(places.branch)
    places.dealer.refresh_from_db()
    assert places.dealer.path == "HQ/R2/B1/D1/"


def test_an_organisation_cannot_hang_below_itself(places):
    places.region.parent = places.dealer
    with pytest.raises(ValidationError):
        save_organisation(places.region)


@pytest.mark.parametrize(
    ("kind", "parent"),
    [
        ("dealer", None),
        ("dealer", "region"),
        ("station", "dealer"),
        ("branch", "hq"),
        ("region", None),
        ("department", "branch"),
        ("headquarters", None),
        ("headquarters", "hq"),
    ],
)
def test_each_kind_hangs_where_it_belongs_only(places, kind, parent):
    above = getattr(places, parent) if parent else None
    place = Organisation(code="NEW", name="New", kind=kind, parent=above)
    with pytest.raises(ValidationError):
        save_organisation(place)


def test_a_kind_does_not_change_under_what_belongs_to_it(places):
    places.branch.kind = "dealer"
    with pytest.raises(ValidationError):
        save_organisation(places.branch)


def test_a_move_trusts_the_tree_as_it_is_now(places):
    stale = Organisation.objects.get(code="D1")
    places.branch.parent = places.other_region
    save_organisation(places.branch)
    stale.name = "Renamed"
    save_organisation(stale)
    stale.refresh_from_db()
    assert stale.path == "HQ/R2/B1/D1/"


def test_a_reviewer_sees_the_own_branch_only(places, cast):
    seen = Organisation.objects.visible_to(cast.reviewer)
    assert {o.code for o in seen} == {"B1", "D1", "S1"}


def test_the_centre_sees_the_whole_tree(places, cast):
    assert Organisation.objects.visible_to(cast.agent).count() == 11


def test_without_an_organisation_nothing_is_seen(places):
    stranger = UserFactory(roles=[Role.DEALER_CLERK])
    assert not Organisation.objects.visible_to(stranger).exists()
