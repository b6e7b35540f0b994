"""Every way of tampering with a pack that is tried, and how often."""

from collections.abc import Mapping

from tests.tampering.editing import Tampering
from tests.tampering.entries import (
    alter_an_entry,
    delete_a_checkpoint,
    delete_an_entry,
    delete_the_last_entries,
    forge_a_checkpoint,
    forge_an_entry,
    insert_an_entry,
    reorder_entries,
    repeat_an_entry,
    swap_bodies,
)
from tests.tampering.ledgers import (
    drop_a_coverage_interval,
    hash_everything_again,
    rewrite_with_the_key,
    roll_back,
    sign_with_another_key,
)
from tests.tampering.listings import (
    alter_a_row,
    change_a_total,
    delete_a_row,
    insert_a_row,
    narrow_the_period,
    reorder_rows,
    repeat_a_row,
    spell_a_row_otherwise,
)
from tests.tampering.outsiders import (
    delete_file,
    edit_the_manifest,
    flip,
    insert_file,
    insert_folder,
    replace_document,
    swap_files,
    truncate,
)

KINDS: Mapping[Tampering, int] = {
    flip: 85,
    truncate: 20,
    delete_file: 15,
    insert_file: 18,
    insert_folder: 5,
    swap_files: 15,
    replace_document: 15,
    edit_the_manifest: 12,
    delete_an_entry: 20,
    delete_the_last_entries: 8,
    repeat_an_entry: 12,
    insert_an_entry: 1,
    reorder_entries: 22,
    swap_bodies: 25,
    alter_an_entry: 45,
    forge_an_entry: 20,
    delete_a_checkpoint: 1,
    forge_a_checkpoint: 8,
    delete_a_row: 22,
    repeat_a_row: 12,
    insert_a_row: 12,
    reorder_rows: 18,
    alter_a_row: 38,
    spell_a_row_otherwise: 10,
    change_a_total: 22,
    narrow_the_period: 5,
    hash_everything_again: 4,
    sign_with_another_key: 4,
    rewrite_with_the_key: 4,
    drop_a_coverage_interval: 4,
    roll_back: 3,
}
"""Each way, and how often it is tried."""
