"""Bounded queues and the inbox: nothing blocks, nothing grows, what is dropped is counted."""

from __future__ import annotations

import threading

import pytest

from model.stream.errors import Closed
from model.stream.queues import INBOX_SIZE, BoundedQueue, Inbox, QueueStatistics
from model.stream.values import Channel, Event, Origin, Pause, Played, Tone, Word, Written


def word(t_ns: int, text: str = "hello") -> Event:
    return Event(t_ns, Channel.USER, Word(text), Origin.USER)


def tone(t_ns: int) -> Event:
    return Event(t_ns, Channel.TONE, Tone(1.0, -20.0, 120.0, 0), Origin.WORLD)


def test_a_full_queue_drops_the_oldest_and_counts_it():
    queue = BoundedQueue[int]("numbers", size=2)
    for number in range(5):
        queue.put(number)
    assert queue.statistics() == QueueStatistics("numbers", length=2, size=2, accepted=5, dropped=3, drop_rule="oldest")
    assert queue.drain() == [3, 4]
    assert len(queue) == 0


def test_get_gives_the_oldest():
    queue = BoundedQueue[int]("numbers", size=4)
    queue.put(1)
    queue.put(2)
    assert (queue.get(), queue.get(), queue.get(timeout_s=0)) == (1, 2, None)


def test_a_waiting_reader_gets_what_is_put_by_another_thread():
    queue = BoundedQueue[str]("words", size=4)
    writer = threading.Thread(target=lambda: queue.put("now"))
    writer.start()
    assert queue.get(timeout_s=5) == "now"
    writer.join()


def test_a_closed_queue_gives_what_it_holds_and_then_says_that_it_is_closed():
    queue = BoundedQueue[int]("numbers", size=4)
    queue.put(1)
    queue.close()
    queue.put(2)
    assert queue.get() == 1
    with pytest.raises(Closed, match="numbers"):
        queue.get()


def test_closing_wakes_a_waiting_reader():
    queue = BoundedQueue[int]("numbers", size=4)
    ended: list[type[BaseException]] = []

    def read() -> None:
        try:
            queue.get()
        except Closed as closed:
            ended.append(type(closed))

    reader = threading.Thread(target=read)
    reader.start()
    queue.close()
    reader.join(timeout=5)
    assert ended == [Closed]


def test_clear_tells_how_much_it_forgot():
    queue = BoundedQueue[int]("numbers", size=4)
    queue.put(1)
    queue.put(2)
    assert (queue.clear(), queue.clear()) == (2, 0)


def test_every_put_rings_the_bell():
    rings: list[int] = []
    queue = BoundedQueue[int]("numbers", size=1, on_put=lambda: rings.append(len(queue)))
    queue.put(1)
    queue.put(2)
    assert rings == [1, 1]


def test_the_inbox_is_drained_in_order_of_time_across_channels():
    inbox = Inbox()
    played = Event(2, Channel.SELF, Played("yes"), Origin.SELF)
    for event in (word(3), played, word(1)):
        inbox.post(event)
    assert [event.t_ns for event in inbox.drain()] == [1, 2, 3]
    assert inbox.drain() == ()


def test_at_equal_times_the_tone_comes_before_the_words_heard_in_it():
    inbox = Inbox()
    for event in (word(7), tone(7)):
        inbox.post(event)
    assert inbox.drain() == (tone(7), word(7))


def test_a_flood_on_one_channel_costs_the_others_nothing():
    inbox = Inbox()
    inbox.post(word(0))
    for t_ns in range(1000):
        inbox.post(tone(t_ns))
    statistics = {row.name: row for row in inbox.statistics()}
    assert statistics["inbox.tone"].dropped == 1000 - INBOX_SIZE[Channel.TONE]
    assert statistics["inbox.user"].dropped == 0
    assert len(inbox.drain()) == 1 + INBOX_SIZE[Channel.TONE]


def test_posting_wakes_the_loop():
    woken: list[bool] = []
    Inbox(lambda: woken.append(True)).post(Event(0, Channel.USER, Pause(), Origin.USER))
    assert woken == [True]


def test_what_deliberation_writes_is_posted_and_no_gesture_is():
    inbox = Inbox()
    for channel in (Channel.THOUGHT, Channel.SPEECH, Channel.ACTION):
        inbox.post(Event(0, channel, Written("a phrase", last=True), Origin.SELF))
    assert len(inbox.drain()) == 3
    with pytest.raises(KeyError):
        inbox.post(Event(0, Channel.GESTURE, Written("a nod", last=True), Origin.SELF))
