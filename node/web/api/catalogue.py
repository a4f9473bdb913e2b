"""Every operation of the API."""

from typing import Final

from symbolon.node.web.api.cases import CASES
from symbolon.node.web.api.desks import DESKS
from symbolon.node.web.api.drafts import DRAFTS
from symbolon.node.web.api.exchanges import EXCHANGES
from symbolon.node.web.api.hits import HITS
from symbolon.node.web.api.operations import Operation
from symbolon.node.web.api.own import OWN
from symbolon.node.web.api.records import RECORDS
from symbolon.node.web.api.retention import RETENTION

OPERATIONS: Final[tuple[Operation, ...]] = (*HITS, *DRAFTS, *EXCHANGES, *DESKS, *RECORDS, *CASES, *RETENTION, *OWN)
