"""What is kept of responses is bounded."""

from hypothesis import given
from hypothesis import strategies as st

from rag.server.openai_protocol.responses_api.store import ResponseStore, StoredResponse
from rag.types.answer import Turn


def response(number: int, size: int = 10) -> StoredResponse:
    return StoredResponse({"id": f"resp_{number}", "text": "x" * size}, (Turn("Why?", "Because."),))


def test_the_oldest_are_dropped_beyond_their_number() -> None:
    store = ResponseStore(max_responses=3)
    for number in range(5):
        store.put(response(number))
    assert [store.get(f"resp_{number}") is not None for number in range(5)] == [False, False, True, True, True]


def test_the_oldest_are_dropped_beyond_their_size() -> None:
    store = ResponseStore(max_characters=1_000)
    for number in range(3):
        store.put(response(number, 400))
    assert [store.get(f"resp_{number}") is not None for number in range(3)] == [False, True, True]
    store.put(response(3, 5_000))
    assert store.get("resp_3") is None


def test_a_deleted_one_makes_room() -> None:
    store = ResponseStore(max_characters=1_000)
    store.put(response(0, 400))
    store.put(response(1, 400))
    assert store.delete("resp_1")
    assert not store.delete("resp_1")
    store.put(response(2, 400))
    assert store.get("resp_0")
    assert store.get("resp_2")


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 600), st.booleans()), max_size=60))
def test_its_bounds_always_hold(steps: list[tuple[int, int, bool]]) -> None:
    store = ResponseStore(max_responses=4, max_characters=1_500)
    kept: dict[str, int] = {}
    for number, (name, size, deletes) in enumerate(steps):
        if deletes:
            store.delete(f"resp_{name}")
        else:
            store.put(response(number + 10, size))
            kept[f"resp_{number + 10}"] = size
        present = [name for name in kept if store.get(name)]
        assert len(present) <= 4
        assert sum(kept[name] for name in present) <= 1_500
