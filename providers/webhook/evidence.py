"""Posts evidence as CloudEvents to an address of your own, signed as alerts are.

First an event that tells of the pack: its period, totals, checkpoint and files with their hashes. Then one
for each table (XLSX) and document (PDF), which stands in `data_base64`. The `id` of an event is the same
whenever it is sent.
"""

import base64
import hashlib
import json
import mimetypes
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from drift.ports import HandedPack
from providers.meter import given_meter
from providers.webhook.cloud_events import WebhookSettings, options, post_event, signing_key

SUMMARY: Final = "01_ipe/summary.json"
PACK: Final = "pack"
TYPE: Final = "io.driftledger.evidence"

SENT: Final = (".xlsx", ".pdf")

MOST_BYTES: Final = 20 * 1024 * 1024
"""Of a file in an event; a larger one is only named, with its hash."""


class EvidenceWebhookSettings(WebhookSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where events are posted, and the secret that signs them; see `WebhookSettings`."""


class EvidenceWebhook:
    """An `EvidenceSink` that machines read."""

    def __init__(self, settings: EvidenceWebhookSettings, *, now: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._meter = given_meter()
        self._now = now

    def parcels(self, pack: HandedPack) -> Sequence[str]:
        """Take the news of the pack, then its tables and documents."""
        files = pack.files.values()
        return (PACK, *(one.path for one in files if one.path.endswith(SENT) and one.size <= MOST_BYTES))

    def deliver(self, pack: HandedPack, parcel: str) -> str:
        """Post one event; see `EvidenceSink`."""
        event_id = hashlib.sha256(f"{pack.manifest_sha256}/{parcel}".encode()).hexdigest()[:32]
        event = {
            "specversion": "1.0",
            "id": event_id,
            "source": self._settings.source,
            "subject": pack.manifest_sha256,
            **(_news(pack) if parcel == PACK else _content(pack, parcel)),
        }
        body = json.dumps(event, sort_keys=True).encode()
        post_event(self._settings, event_id, body, str(int(self._now())), self._meter)
        return f"event:{event_id}"

    def check(self) -> str:
        """Ask the receiver what it takes, with OPTIONS; no event is sent."""
        signing_key(self._settings.secret)
        return f"answers OPTIONS with status {options(self._settings, self._meter)}"


def _news(pack: HandedPack) -> Mapping[str, Any]:
    summary = json.loads(pack.files[SUMMARY].read())
    return {
        "type": f"{TYPE}.pack.v1",
        "datacontenttype": "application/json",
        "data": {
            "manifest_sha256": pack.manifest_sha256,
            **{name: summary.get(name) for name in ("parameters", "checkpoint", "counts")},
            "files": [
                {"path": one.path, "sha256": one.sha256, "size": one.size} for one in pack.files.values()
            ],
        },
    }


def _content(pack: HandedPack, path: str) -> Mapping[str, Any]:
    return {
        "type": f"{TYPE}.file.v1",
        "datacontenttype": mimetypes.guess_type(path)[0] or "application/octet-stream",
        "path": path,
        "data_base64": base64.b64encode(pack.files[path].read()).decode(),
    }
