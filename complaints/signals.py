"""Events other rooms may hear. Listed in docs/signals.md."""

from django.dispatch import Signal

# Sent inside the transaction, with `case`, when an answer is ready to be checked with
# the customer.
case_answered = Signal()
