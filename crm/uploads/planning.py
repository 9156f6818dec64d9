"""What the database's planner is told about many rows that have just come in.

Its guess about rows it has not counted yet is one, or as few as there were: fatal
when there are a hundred thousand. By itself it counts them a minute later.
"""

from django.db import connection
from django.db.backends.utils import CursorWrapper

# Fewer make no difference that would be worth the time.
MANY = 5_000


# A statement may hold several tables in memory at once; in all it keeps well below 600
# MB, and what does not fit goes through files.
_ROOM = """
    SET LOCAL work_mem = '64MB';
    SET LOCAL hash_mem_multiplier = 1;
    SET LOCAL jit = off;
"""


def give_room(cursor: CursorWrapper) -> None:
    """For statements over all rows of a file, to the end of the transaction."""
    cursor.execute(_ROOM)


def tell_planner(rows: int, *tables: str) -> None:
    """`tables` have this many new rows; a table may be followed by its columns."""
    if rows >= MANY:
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(tables)}")
