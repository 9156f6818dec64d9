"""Events other rooms may hear. Listed in docs/signals.md."""

from django.dispatch import Signal

# Sent inside the transaction, with `sales` and `repairs` as QuerySets, when an upload
# is taken back, or it is looked at what would be: what nobody has worked on yet need
# not keep the records and can go.
records_reverting = Signal()
