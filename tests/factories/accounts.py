import factory
from django.contrib.auth.models import Group

from accounts.models import Organisation, User
from accounts.services import save_organisation


def any_branch() -> Organisation:
    """What a dealer belongs to in tests that do not ask which."""
    from tests.cast import the_places  # which itself makes its places here

    branches = Organisation.objects.filter(kind=Organisation.Kind.BRANCH)
    return branches.first() or the_places().branch


class OrganisationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organisation

    code = factory.Sequence(lambda n: f"ORG{n}")
    name = factory.LazyAttribute(lambda o: f"Organisation {o.code}")
    kind = Organisation.Kind.DEALER
    parent = factory.LazyFunction(any_branch)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return save_organisation(model_class(*args, **kwargs))


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    email = factory.LazyAttribute(lambda o: f"{o.username}@example.com")

    @factory.post_generation
    def roles(self, create, extracted, **kwargs):
        if extracted:
            self.groups.set(Group.objects.filter(name__in=extracted))
