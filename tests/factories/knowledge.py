import datetime

from accounts.models import User
from accounts.roles import Role
from knowledge.models import Article
from knowledge.services import create_article
from tests.factories.accounts import UserFactory


def make_article(
    title: str = "Warranty", body: str = "Three years.", **kwargs
) -> Article:
    by = kwargs.pop("by", None) or User.objects.with_role(Role.KNOWLEDGE_EDITOR).first()
    defaults = {
        "category": Article.Category.POLICY,
        "effective_on": datetime.date(2020, 1, 1),
    }
    return create_article(
        by=by or UserFactory(roles=[Role.KNOWLEDGE_EDITOR]),
        title=title,
        body=body,
        **{**defaults, **kwargs},
    )
