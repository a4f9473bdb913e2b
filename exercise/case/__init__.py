"""The fictional case: its three files with their mappings and desks, its truth, and its story (README.md)."""

from pathlib import Path
from typing import Final

CASE_FOLDER: Final = Path(__path__[0])
