"""What the pages about the API call: one field of `DeskServices`."""

from dataclasses import dataclass

from symbolon.node.services.manage_api_clients import ManageApiClients
from symbolon.node.services.manage_webhooks import ManageWebhooks


@dataclass(frozen=True, slots=True)
class ApiAdministration:
    """Each field is a service; `symbolon.node.errors.NodeError` says what is wrong."""

    clients: ManageApiClients
    webhooks: ManageWebhooks
