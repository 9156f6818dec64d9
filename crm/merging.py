"""Two customers found to be one: everything goes to the one kept, and can go back.

A merged customer stays as a row that points to the kept one (`merged_into`), and
always to one that stands: where the kept one is merged in turn, so are those in it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import LogEntry, User
from accounts.services import log_action
from crm.models import Customer, DuplicatePair, Merge, Phone
from crm.patience import not_for_long, one_at_a_time
from crm.permissions import may_merge

# What tells of the merging itself, or of a pair as it was found, stays.
STAYING: tuple[type[models.Model], ...] = (Merge, DuplicatePair)
# Taken from the merged one where the kept one says nothing; a refusal of either holds.
FILLED_IN = ("gender", "id_number", "province", "city", "address", "do_not_call")
# All that is to be known of a number to give it back as it was.
PHONE_FIELDS = ("id", "number", "is_wrong", "place")
WRONG = f"{Phone._meta.db_table}.is_wrong"


@dataclass(frozen=True)
class Pointer:
    """A field that points to customers: a foreign key, or half of a generic key."""

    model: type[models.Model]
    field: str
    is_generic: bool = False

    @property
    def name(self) -> str:
        column = self.model._meta.get_field(self.field).column  # type: ignore[union-attr]
        return f"{self.model._meta.db_table}.{column}"

    def rows(self, customer_id: int) -> models.QuerySet[Any]:
        found = self.model._base_manager.filter(**{self.field: customer_id})
        if self.is_generic:
            found = found.filter(subject_type=Customer._meta.label_lower)
        return found

    def move(self, rows: models.QuerySet[Any], target: int) -> list[int]:
        """Let the rows point to `target`; which ones do now.

        Rows stay that may not stand beside one `target` has already.
        """
        locked = rows.select_for_update(no_key=True).order_by("pk")
        ids = list(locked.values_list("pk", flat=True))
        if not ids or self._point(ids, target):
            return ids
        return [pk for pk in ids if self._point([pk], target)]

    def _point(self, ids: list[int], target: int) -> bool:
        try:
            with transaction.atomic():
                found = self.model._base_manager.filter(pk__in=ids)
                found.update(**{self.field: target})
        except IntegrityError:
            return False
        return True


def pointers() -> list[Pointer]:
    """All that points to customers, in whichever room, the highest room first.

    Who works on a task or a case holds it before they touch the customer; so does this.
    """
    found = [
        Pointer(relation.related_model, relation.field.name)
        for relation in Customer._meta.get_fields(include_hidden=True)
        if isinstance(relation, models.ManyToOneRel)
        and relation.related_model not in STAYING
    ]
    found += [
        Pointer(model, "subject_id", is_generic=True)
        for model in apps.get_models()
        if {"subject_type", "subject_id"} <= {f.name for f in model._meta.fields}
    ]
    order = list(apps.get_models(include_auto_created=True))
    return sorted(found, key=lambda pointer: order.index(pointer.model))


def merge_customers(kept: Customer, merged: Customer, *, by: User) -> Merge:
    """All that `merged` had is `kept`'s from now on; `merged` points to it."""
    with _one_at_a_time():
        kept.refresh_from_db()
        merged.refresh_from_db()
        _check(kept, merged, by)
        merge = Merge(kept=kept, merged=merged, by=by)
        for pointer in pointers():
            if pointer.model is Phone:
                _drop_phones_in_common(merge)
            if ids := pointer.move(pointer.rows(merged.pk), kept.pk):
                merge.moved[pointer.name] = ids
        _lock(merge)
        _fill_in(merge)
        merged.merged_into = kept
        merged.save(update_fields=["merged_into"])
        merge.save()
        _log("customer.merged", merge, by)
    return merge


def undo_merge(merge: Merge, *, by: User) -> Merge:
    """Take a merge back: what was moved and is still the kept one's moves back.

    What came to the kept one since stays with it.
    """
    with _one_at_a_time():
        merge.refresh_from_db()
        _check_undo(merge, by)
        kept, merged = merge.kept, merge.merged
        for pointer in pointers():
            ids = merge.moved.get(pointer.name, [])
            pointer.move(pointer.rows(kept.pk).filter(pk__in=ids), merged.pk)
        marked = merge.moved.get(WRONG, [])
        Phone.objects.filter(pk__in=marked, customer=kept).update(is_wrong=False)
        # The merged one may have the number again: gather_strays() had not come yet.
        Phone.objects.bulk_create(
            (Phone(**phone, customer=merged) for phone in merge.phones_in_common),
            ignore_conflicts=True,
        )
        _lock(merge)
        _take_out(merge)
        merged.merged_into = None
        merged.save(update_fields=["merged_into"])
        merge.undone_by, merge.undone_at = by, timezone.now()
        merge.save(update_fields=["undone_by", "undone_at"])
        # What others merged into the same one said too had been left out.
        for other in kept.merges.in_force().order_by("pk"):
            _give_phones_again(other)
            _fill_in(other)
            other.save()
        _log("customer.merge_undone", merge, by)
    return merge


def gather_strays() -> int:
    """Move to the kept ones what was written for a merged one all the same.

    A call that was being saved during the merge, a row that a reverted file put back.
    How many rows there were.
    """
    gathered = 0
    with _one_at_a_time():
        for pointer in pointers():
            if pointer.is_generic:
                continue  # The log of the merge itself stays where it is.
            strays = pointer.model._base_manager.filter(
                **{f"{pointer.field}__merged_into__isnull": False}
            ).order_by("pk")
            target = f"{pointer.field}__merged_into"
            for pk, kept_id in strays.values_list("pk", target):
                row = pointer.model._base_manager.filter(pk=pk)
                moved = pointer.move(row, kept_id)
                if not moved and pointer.model is Phone:
                    moved = _drop_double(pk, kept_id)
                gathered += len(moved)
    return gathered


def _drop_double(phone_id: int, kept_id: int) -> list[int]:
    """The kept one has the number already; wrong for either is wrong."""
    phone = Phone.objects.get(pk=phone_id)
    if phone.is_wrong:
        same = Phone.objects.filter(customer_id=kept_id, number=phone.number)
        same.update(is_wrong=True)
    phone.delete()
    return [phone_id]


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    busy = _(
        "A file is being posted, or somebody is working with this customer. "
        "Try again in a minute."
    )
    with not_for_long(busy):
        one_at_a_time()
        yield


def _check(kept: Customer, merged: Customer, by: User) -> None:
    if not may_merge(by):
        raise PermissionDenied
    if kept.pk == merged.pk:
        raise ValidationError(_("This is the same customer."), code="same")
    for customer in (kept, merged):
        if customer.merged_into:
            raise ValidationError(
                _("%(name)s was merged into %(other)s already.")
                % {"name": customer.name, "other": customer.merged_into.name},
                code="merged",
            )
    seen = Customer.objects.visible_to(by).filter(pk__in=[kept.pk, merged.pk])
    if seen.count() != 2:
        raise PermissionDenied


def _check_undo(merge: Merge, by: User) -> None:
    if not may_merge(by):
        raise PermissionDenied
    if merge.undone_at:
        raise ValidationError(
            _("This was undone already, by %(by)s.") % {"by": merge.undone_by},
            code="undone",
        )
    if merge.kept.merged_into:
        raise ValidationError(
            _(
                "%(name)s was itself merged into %(other)s since. Undo that first, on "
                "the page of %(other)s."
            )
            % {"name": merge.kept.name, "other": merge.kept.merged_into.name},
            code="merged",
        )


def _lock(merge: Merge) -> None:
    """Nobody changes the two before this is done; both as they are now."""
    ids = sorted([merge.kept_id, merge.merged_id])
    # Weak enough that a call may be recorded meanwhile.
    rows = Customer.objects.select_for_update(no_key=True, of=("self",))
    list(rows.filter(pk__in=ids).order_by("pk").values_list("pk"))
    merge.kept.refresh_from_db()
    merge.merged.refresh_from_db()


def _drop_phones_in_common(merge: Merge) -> None:
    """A number both have is kept once, and is wrong when either was found to be."""
    kept = {phone.number: phone for phone in merge.kept.phones.all()}
    common = merge.merged.phones.select_for_update().filter(number__in=kept)
    wrong = []
    for phone in list(common.order_by("pk")):
        merge.phones_in_common.append(
            {name: getattr(phone, name) for name in PHONE_FIELDS}
        )
        same = kept[phone.number]
        if phone.is_wrong and not same.is_wrong:
            wrong.append(same.pk)
    ids = [phone["id"] for phone in merge.phones_in_common]
    Phone.objects.filter(pk__in=ids).delete()
    if wrong:
        Phone.objects.filter(pk__in=wrong).update(is_wrong=True)
        merge.moved[WRONG] = wrong


def _give_phones_again(merge: Merge) -> None:
    """Numbers the merged one had, which the kept one has lost since, are given anew."""
    known = set(merge.kept.phones.values_list("number", flat=True))
    lost = [phone for phone in merge.phones_in_common if phone["number"] not in known]
    given = Phone.objects.bulk_create(
        Phone(**phone, customer=merge.kept) for phone in lost
    )
    if given:
        merge.phones_in_common = [p for p in merge.phones_in_common if p not in lost]
        name = f"{Phone._meta.db_table}.customer_id"
        ids = [phone.pk for phone in given]
        merge.moved[name] = sorted([*merge.moved.get(name, []), *ids])


def _fill_in(merge: Merge) -> None:
    kept, merged = merge.kept, merge.merged
    for name in FILLED_IN:
        if not getattr(kept, name) and getattr(merged, name):
            merge.filled_in[name] = getattr(kept, name)
            setattr(kept, name, getattr(merged, name))
    kept.save(update_fields=list(FILLED_IN))


def _take_out(merge: Merge) -> None:
    """What was filled in, unless it has been changed, or said again, since."""
    kept, merged = merge.kept, merge.merged
    since = LogEntry.objects.about(kept).filter(at__gte=merge.at)
    for name, before in merge.filled_in.items():
        is_said_again = since.filter(action=f"customer.{name}").exists()
        if getattr(kept, name) == getattr(merged, name) and not is_said_again:
            setattr(kept, name, before)
    kept.save(update_fields=list(merge.filled_in))


def _log(action: str, merge: Merge, by: User) -> None:
    data = {"kept": merge.kept.name, "merged": merge.merged.name, "merge": merge.pk}
    for customer in (merge.kept, merge.merged):
        log_action(by, action, customer, data)
