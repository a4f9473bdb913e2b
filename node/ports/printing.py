"""How a pack becomes pages."""

from typing import Protocol

from symbolon.node.domain.pack import Pack


class PackPrinter(Protocol):
    """Renders a pack; see `symbolon.node.gateway.pack_pdf.PdfPackPrinter`."""

    def __call__(self, pack: Pack) -> bytes:
        """The pack as a PDF.

        Raises:
            NodeError: this machine lacks what text is laid out with.

        """
        ...
