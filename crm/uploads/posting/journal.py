"""What posting did, kept so that it can be taken back (reverting.py) and shown.

Each of these wraps one statement of posting, which stays one statement: rows that were
made cost an id in one array a table, and only rows that really changed cost a row here.
"""

_CREATING = """
    WITH made AS ({insert} RETURNING id)
    INSERT INTO crm_postedrows (batch_id, "table", ids)
    SELECT %(batch)s, '{table}', array_agg(id) FROM made HAVING count(*) > 0
"""

_NUMBERED = """
    INSERT INTO crm_postedrows (batch_id, "table", ids)
    SELECT %(batch)s, '{table}', array_agg({id}) FROM {source} HAVING count(*) > 0
"""

# All parts of a statement see the tables as they were before it, so joining the table
# to what was changed gives the row as it was.
_CHANGING = """
    WITH became AS ({update} RETURNING changed.*)
    INSERT INTO crm_earlierstate (batch_id, "table", row_id, content, became)
    SELECT %(batch)s, '{table}', was.id, to_jsonb(was), to_jsonb(became)
    FROM became JOIN {table} AS was ON was.id = became.id
    WHERE was IS DISTINCT FROM became
    ON CONFLICT (batch_id, "table", row_id) DO UPDATE SET became = excluded.became
"""

_DELETING = """
    WITH was AS ({delete} RETURNING gone.*)
    INSERT INTO crm_earlierstate (batch_id, "table", row_id, content)
    SELECT %(batch)s, '{table}', was.id, to_jsonb(was) FROM was
    ON CONFLICT (batch_id, "table", row_id) DO UPDATE SET became = NULL
"""


# Records that stand just as the batch says, asked before it changes any.
_REPEATED = """
    INSERT INTO crm_repeatedrows (batch_id, ids)
    SELECT %(batch)s, array_agg(record.id)
    FROM crm_uploadrow AS row
    JOIN {table} AS record
      ON record.{owner} = %(organisation)s AND record.{column} = {number}
    WHERE row.batch_id = %(batch)s AND row.errors = '[]'
      AND record.content = row.content
    HAVING count(*) > 0
"""


def creating(table: str, insert: str) -> str:
    return _CREATING.format(table=table, insert=insert)


def numbered(table: str, id: str, source: str) -> str:
    """For rows that have their ids before they are inserted: the column with them."""
    return _NUMBERED.format(table=table, id=id, source=source)


def changing(table: str, update: str) -> str:
    """`update` calls the row it changes `changed`."""
    return _CHANGING.format(table=table, update=update)


def deleting(table: str, delete: str) -> str:
    """`delete` calls the row it deletes `gone`."""
    return _DELETING.format(table=table, delete=delete)


def repeated(table: str, owner: str, column: str, number: str) -> str:
    """`owner` and `column` are unique together; `number` is what the row says."""
    return _REPEATED.format(table=table, owner=owner, column=column, number=number)
