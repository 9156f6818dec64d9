"""What the database's planner is told about many rows that have just come in.

Its guess about rows it has not counted yet is one, or as few as there were: fatal
when there are a hundred thousand. By itself it counts them a minute later.
"""

from django.db import connection

# Fewer make no difference that would be worth the time.
MANY = 5_000


def tell_planner(rows: int, *tables: str) -> None:
    """`tables` have this many new rows; a table may be followed by its columns."""
    if rows >= MANY:
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(tables)}")
