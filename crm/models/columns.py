from typing import Any

from django.db import models
from django.db.models import F, Func, Value


def reversed_copy(field: str, length: int) -> models.GeneratedField:
    """The field backwards, so that "ends with" can use an index."""
    return models.GeneratedField(
        expression=Func(F(field), function="REVERSE"),
        output_field=models.CharField(max_length=length),
        db_persist=True,
    )


def each_character_twice(text: Any) -> Func:
    """Makes even two characters long enough for an index of three at a time.

    A text holds another just when this form of it holds this form of the other, and
    most Chinese names are two or three characters.
    """
    return Func(
        text,
        Value("(.)"),
        Value(r"\1\1"),
        Value("g"),
        function="REGEXP_REPLACE",
        output_field=models.TextField(),
    )
