"""Imports that a process makes once, at its start."""

import gc
import importlib
from types import ModuleType


def import_for_good(name: str) -> ModuleType:
    """Import a module, with all that it imports, without looking for garbage meanwhile, nor among it ever again.

    Modules are no garbage, and finding that out over and over takes a seventh of a start.
    """
    gc.disable()
    try:
        return importlib.import_module(name)
    finally:
        gc.freeze()
        gc.enable()
