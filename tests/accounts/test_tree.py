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


def test_a_reviewer_sees_the_own_branch_only(places, cast):
    seen = Organisation.objects.visible_to(cast.reviewer)
    assert {o.code for o in seen} == {"B1", "D1", "S1"}


def test_the_centre_sees_the_whole_tree(places, cast):
    assert Organisation.objects.visible_to(cast.agent).count() == 11


def test_without_an_organisation_nothing_is_seen(places):
    stranger = UserFactory(roles=[Role.DEALER_CLERK])
    assert not Organisation.objects.visible_to(stranger).exists()
