"""An account's segments, lists and tags → files of the project, and into its state (docs/import.md)."""

from franca.importing.adopting import adopt
from franca.importing.files import file_text
from franca.importing.parity import Becomes, Parity, compare
from franca.importing.reading import read_account, with_foreign
from franca.importing.records import Import, Imported, LeftOut, Suggestion

__all__ = [
    "Becomes",
    "Import",
    "Imported",
    "LeftOut",
    "Parity",
    "Suggestion",
    "adopt",
    "compare",
    "file_text",
    "read_account",
    "with_foreign",
]
