"""What the hub does after a restore, its own or a member's, as one value that the web edge is given."""

from dataclasses import dataclass

from symbolon.hub.services.reconcile_hub import NoteReconciled, TakeKnownHits, TakeKnownRecords
from symbolon.hub.services.reconcile_member import ListHoldings, Redeliver


@dataclass(frozen=True, slots=True)
class ReconciliationServices:
    """One use case for each address below `/v1/reconciliation`; the two listings are one service."""

    list_holdings: ListHoldings
    redeliver: Redeliver
    take_known_records: TakeKnownRecords
    take_known_hits: TakeKnownHits
    note_reconciled: NoteReconciled
