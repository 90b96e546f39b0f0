"""Queues with a size, a drop rule and a counter."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from model.stream.errors import Closed
from model.stream.values import Channel, Event, Tone

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class QueueStatistics:
    """One row of `ambidex status`."""

    name: str
    length: int
    size: int
    accepted: int
    dropped: int
    drop_rule: str


class BoundedQueue(Generic[T]):
    """A first-in first-out queue that never blocks the writer: when it is full, the oldest entry is dropped.

    The newest is what matters to everything that feeds the loop; dropping the newest was rejected because it would
    make a stuck reader see the past for ever. Safe for many writers and readers.
    """

    def __init__(self, name: str, size: int, on_put: Callable[[], None] | None = None) -> None:
        self.name = name
        self.size = size
        self._on_put = on_put
        self._entries: deque[T] = deque()
        self._ready = threading.Condition()
        self._closed = False
        self._accepted = 0
        self._dropped = 0

    def put(self, entry: T) -> None:
        with self._ready:
            if self._closed:
                return
            if len(self._entries) == self.size:
                self._entries.popleft()
                self._dropped += 1
            self._entries.append(entry)
            self._accepted += 1
            self._ready.notify()
        if self._on_put is not None:
            self._on_put()

    def get(self, timeout_s: float | None = None) -> T | None:
        """The oldest entry, or None if none came within `timeout_s`. Raises `Closed` once closed and empty."""
        with self._ready:
            self._ready.wait_for(lambda: bool(self._entries) or self._closed, timeout_s)
            if self._entries:
                return self._entries.popleft()
            if self._closed:
                raise Closed(f"The queue {self.name} is closed.")
            return None

    def drain(self) -> list[T]:
        with self._ready:
            entries = list(self._entries)
            self._entries.clear()
            return entries

    def clear(self) -> int:
        """Forget what waits; returns how many entries that were."""
        return len(self.drain())

    def close(self) -> None:
        with self._ready:
            self._closed = True
            self._ready.notify_all()

    def __len__(self) -> int:
        return len(self._entries)

    def statistics(self) -> QueueStatistics:
        with self._ready:
            return QueueStatistics(self.name, len(self._entries), self.size, self._accepted, self._dropped, "oldest")


INBOX_SIZE = {Channel.TONE: 25, Channel.SCREEN: 512, Channel.USER: 512}


class Inbox:
    """Where every sense posts and the loop drains: one bounded queue per channel, emptied in order of time."""

    def __init__(self, on_event: Callable[[], None] = lambda: None) -> None:
        self._queues: dict[Channel, BoundedQueue[Event]] = {
            channel: BoundedQueue(f"inbox.{channel}", INBOX_SIZE.get(channel, 64), on_event)
            for channel in Channel
            if channel is not Channel.GESTURE
        }

    def post(self, event: Event) -> None:
        """Never blocks. May be called from any thread."""
        self._queues[event.channel].put(event)

    def drain(self) -> tuple[Event, ...]:
        events = [event for queue in self._queues.values() for event in queue.drain()]
        # At equal times the tone goes first: it belongs to the audio in which the words were heard.
        events.sort(key=lambda event: (event.t_ns, not isinstance(event.data, Tone)))
        return tuple(events)

    def statistics(self) -> list[QueueStatistics]:
        return [queue.statistics() for queue in self._queues.values()]
