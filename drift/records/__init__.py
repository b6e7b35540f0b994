"""From the bytes of an audit-log file to raw records, whatever their form and however damaged.

A text is split into documents by brackets alone (`split`), or decoded as a whole where it is
small and sound (`whole`): both give the same. What a document means is the translators' affair.
"""

from drift.records.damage import Damage
from drift.records.files import files_under
from drift.records.read import pieces_of, records_of

__all__ = ["Damage", "files_under", "pieces_of", "records_of"]
