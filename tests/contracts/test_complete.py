"""No adapter escapes the contract of its port."""

import pytest

from drift.ports import AdapterKind
from providers import catalog
from tests.contracts.test_access_list import LISTS
from tests.contracts.test_account_tree import TREES
from tests.contracts.test_anchor import ANCHORS
from tests.contracts.test_audit_log import SOURCES
from tests.contracts.test_baseline import BASELINES
from tests.contracts.test_canary import CANARIES
from tests.contracts.test_code import CODES
from tests.contracts.test_code_host import HOSTS
from tests.contracts.test_directory import DIRECTORIES
from tests.contracts.test_evidence_sink import PLACES
from tests.contracts.test_grant_source import GRANTERS
from tests.contracts.test_key_service import SERVICES
from tests.contracts.test_live_config import READERS
from tests.contracts.test_mail_transport import POSTS
from tests.contracts.test_notifier import CHANNELS
from tests.contracts.test_on_call import ROTAS
from tests.contracts.test_raw_vault import VAULTS
from tests.contracts.test_signer import KEEPERS
from tests.contracts.test_state_store import STORES
from tests.contracts.test_ticket_source import SYSTEMS
from tests.contracts.test_translator import CLOUDS
from tests.contracts.test_trust import CLOUDS_OF_TRUST

HELD = {
    AdapterKind.AUDIT_LOG: set(SOURCES),
    AdapterKind.BASELINE: set(BASELINES),
    AdapterKind.STATE_STORE: set(STORES),
    AdapterKind.LIVE: set(READERS),
    AdapterKind.TICKETS: set(SYSTEMS),
    AdapterKind.CODE_HOST: set(HOSTS),
    AdapterKind.NOTIFIER: set(CHANNELS),
    AdapterKind.VAULT: set(VAULTS),
    AdapterKind.CANARY: set(CANARIES),
    AdapterKind.DIRECTORY: set(DIRECTORIES),
    AdapterKind.ACCESS_LIST: set(LISTS),
    AdapterKind.ON_CALL: set(ROTAS),
    AdapterKind.ANCHOR: set(ANCHORS),
    AdapterKind.SIGNING_KEY: set(KEEPERS),
    AdapterKind.EVIDENCE_SINK: set(PLACES),
    AdapterKind.TRUST: set(CLOUDS_OF_TRUST),
    AdapterKind.SIGNING_KEY: set(KEEPERS),
    AdapterKind.EVIDENCE_SINK: set(PLACES),
    AdapterKind.ACCOUNT_TREE: set(TREES),
    AdapterKind.GRANTS: set(GRANTERS),
    AdapterKind.MAIL: set(POSTS),
}


@pytest.mark.parametrize("kind", AdapterKind)
def test_every_adapter_of_the_catalog_is_held_to_the_contract_of_its_port(kind: AdapterKind) -> None:
    assert HELD[kind] == set(catalog.ADAPTERS[kind])


def test_every_translator_is_held_to_the_contract() -> None:
    assert set(CLOUDS) == {one.cloud for one in catalog.translators()}


def test_every_key_service_is_held_to_the_contract() -> None:
    assert set(SERVICES) == set(catalog.key_services())


def test_the_code_behind_every_baseline_is_held_to_the_contract() -> None:
    assert set(CODES) == set(catalog.CODE)
    assert set(catalog.CODE) <= set(catalog.BASELINES)
