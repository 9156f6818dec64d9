"""The rows this app cannot do without: one group a role."""

from django.apps.registry import Apps

from accounts.roles import Role


def load(apps: Apps) -> None:
    """Add what is missing. `apps` may be a migration's or the current registry."""
    group = apps.get_model("auth", "Group")
    group.objects.bulk_create(
        [group(name=role.value) for role in Role], ignore_conflicts=True
    )
