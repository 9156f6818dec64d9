from django.db import models
from django.db.models import F, Func


def reversed_copy(field: str, length: int) -> models.GeneratedField:
    """The field backwards, so that "ends with" can use an index."""
    return models.GeneratedField(
        expression=Func(F(field), function="REVERSE"),
        output_field=models.CharField(max_length=length),
        db_persist=True,
    )
