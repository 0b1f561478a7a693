"""Admission control: who runs, who waits in which order, and who is rejected for how long."""

import asyncio

import pytest

from rag.admission import AdmissionControl
from rag.errors import ServerBusy


def test_a_question_beyond_the_queue_is_told_when_to_ask_again() -> None:
    async def fill_the_queue() -> None:
        admission = AdmissionControl(concurrency=1, queue_size=1)
        first = await admission.acquire()
        second = asyncio.create_task(admission.acquire())
        await asyncio.sleep(0)
        with pytest.raises(ServerBusy, match="ask again in") as raised:
            await admission.acquire()
        assert 1 <= raised.value.retry_after <= 60
        first.release()
        (await second).release()
        assert admission.rejection() is None
        (await admission.acquire()).release()

    asyncio.run(asyncio.wait_for(fill_the_queue(), 60))


def test_slots_go_in_the_order_of_arrival_and_a_cancelled_wait_frees_its_place() -> None:
    async def order_of_slots() -> list[str]:
        admission = AdmissionControl(concurrency=1, queue_size=3)
        order: list[str] = []

        async def ask(name: str) -> None:
            with await admission.acquire():
                order.append(name)

        with await admission.acquire():
            waiting = [asyncio.create_task(ask(name)) for name in "abc"]
            await asyncio.sleep(0)
            waiting[1].cancel()
            await asyncio.sleep(0)
        await asyncio.gather(waiting[0], waiting[2])
        assert admission.rejection() is None
        return order

    assert asyncio.run(asyncio.wait_for(order_of_slots(), 60)) == ["a", "c"]


def test_the_longer_answers_take_the_longer_a_rejected_question_has_to_wait() -> None:
    async def retry_after(seconds: float) -> int:
        admission = AdmissionControl(concurrency=1, queue_size=0)
        for _ in range(40):
            admission.release(await admission.acquire(), seconds)
        slot = await admission.acquire()
        rejection = admission.rejection()
        slot.release()
        assert rejection is not None
        return rejection.retry_after

    assert asyncio.run(retry_after(0.1)) == 1
    assert asyncio.run(retry_after(10)) >= 10


def test_a_slot_is_released_when_the_question_fails() -> None:
    async def fail_once() -> None:
        admission = AdmissionControl(concurrency=1, queue_size=0)
        with pytest.raises(ValueError, match="a failure"), await admission.acquire():
            raise ValueError("a failure")
        assert admission.rejection() is None

    asyncio.run(asyncio.wait_for(fail_once(), 60))


def test_a_reservation_that_is_cancelled_frees_its_place() -> None:
    async def cancel() -> None:
        admission = AdmissionControl(concurrency=1, queue_size=0)
        assert admission.reserve() is None
        assert admission.reserve() is not None
        admission.cancel_reservation()
        admission.cancel_reservation()
        assert admission.reserve() is None

    asyncio.run(cancel())


def test_a_reservation_keeps_its_slot_and_expires_when_nobody_claims_it() -> None:
    async def reserve_and_claim() -> None:
        admission = AdmissionControl(concurrency=1, queue_size=1)
        first = await admission.acquire()
        assert admission.reserve() is None
        with pytest.raises(ServerBusy):
            await admission.acquire()
        reserved = asyncio.create_task(admission.acquire(reserved=True))
        await asyncio.sleep(0)
        first.release()
        (await reserved).release()

    async def reserve_and_stay_away() -> None:
        admission = AdmissionControl(concurrency=1, queue_size=1, reservation_seconds=600)
        assert [admission.reserve() is None for _ in range(3)] == [True, True, False]
        assert admission.rejection() is not None
        admission = AdmissionControl(concurrency=1, queue_size=0, reservation_seconds=0.01)
        assert admission.reserve() is None
        await asyncio.sleep(0.05)
        assert admission.rejection() is None

    asyncio.run(asyncio.wait_for(reserve_and_claim(), 60))
    asyncio.run(asyncio.wait_for(reserve_and_stay_away(), 60))
