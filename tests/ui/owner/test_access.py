"""For whom the page has the owner's tabs, and whose requests they take."""

from typing import Any

import pytest

from rag.errors import RagError, SettingsError
from rag.settings import load_settings
from rag.ui.owner.access import FORWARDING_HEADERS, check_owner, has_owner_page


@pytest.mark.parametrize(
    ("values", "loopback_only", "expected"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"host_names": "rag.lan"}, True, False),
        ({"read_only": True}, True, False),
        ({"owner_page": "off"}, True, False),
        ({"api_key": "k"}, False, False),
        ({"api_key": "k", "owner_page": "on"}, False, True),
        ({"api_key": "k", "owner_page": "on", "read_only": True}, False, False),
        ({"owner_page": "on"}, True, True),
    ],
)
def test_who_has_the_owner_s_tabs(values: dict[str, Any], loopback_only: bool, expected: bool) -> None:
    assert has_owner_page(load_settings(**values), loopback_only=loopback_only) is expected


def test_a_page_that_is_open_to_everyone_cannot_be_the_owner_s() -> None:
    with pytest.raises(SettingsError, match="RAG_API_KEY"):
        has_owner_page(load_settings(owner_page="on"), loopback_only=False)


@pytest.mark.parametrize("name", FORWARDING_HEADERS)
def test_a_request_that_a_proxy_passed_on_is_refused_unless_it_has_the_key(name: str) -> None:
    with pytest.raises(RagError, match="on the machine itself"):
        check_owner(load_settings(), {name: "203.0.113.9"})
    check_owner(load_settings(api_key="k", owner_page="on"), {name: "203.0.113.9"})
    check_owner(load_settings(), {"host": "localhost"})
