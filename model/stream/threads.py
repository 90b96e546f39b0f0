"""Threads that have an owner, a name, a stop signal and somewhere for their error to go."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from model.stream.errors import AmbidexError, Closed

log = logging.getLogger(__name__)

BACK_OFF_S = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


@dataclass(frozen=True, slots=True)
class ThreadReport:
    """One row of `ambidex status`: how a thread fares. `state` is running, waiting (to restart) or stopped."""

    name: str
    state: str
    restarts: int = 0
    error: str = ""


class Scope:
    """Owns threads. A thread started with `start` takes the scope down with it when it fails; one started with
    `keep` is started again with back-off and leaves its siblings alone.

    Use as a context manager: leaving it stops and joins every thread and re-raises the first fatal error.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.stop = threading.Event()
        self.error: BaseException | None = None
        self._threads: list[threading.Thread] = []
        self._reports: dict[str, ThreadReport] = {}
        self._lock = threading.Lock()

    def start(self, name: str, target: Callable[[threading.Event], None]) -> None:
        self._spawn(name, lambda: self._run_once(name, target))

    def keep(self, name: str, target: Callable[[threading.Event], None]) -> None:
        self._spawn(name, lambda: self._run_again(name, target))

    def reports(self) -> list[ThreadReport]:
        with self._lock:
            return list(self._reports.values())

    def close(self, timeout_s: float = 5.0) -> None:
        """Stop and join all threads. Idempotent. Raises the error that stopped the scope, once."""
        self.stop.set()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(timeout_s)
        error, self.error = self.error, None
        if error is not None:
            raise error

    def __enter__(self) -> Scope:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _spawn(self, name: str, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, name=f"{self.name}.{name}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _report(self, name: str, state: str, error: str = "", restarted: bool = False) -> None:
        with self._lock:
            old = self._reports.get(name, ThreadReport(name, state))
            self._reports[name] = replace(old, state=state, error=error or old.error, restarts=old.restarts + restarted)

    def _run_once(self, name: str, target: Callable[[threading.Event], None]) -> None:
        self._report(name, "running")
        try:
            target(self.stop)
        except Closed:
            pass
        except BaseException as error:  # noqa: BLE001 - the top of a thread
            self._report(name, "stopped", str(error))
            self.error = self.error or error
            self.stop.set()
        self._report(name, "stopped")

    def _run_again(self, name: str, target: Callable[[threading.Event], None]) -> None:
        failures = 0
        while not self.stop.is_set():
            self._report(name, "running", restarted=failures > 0)
            try:
                target(self.stop)
                break
            except Closed:
                break
            except Exception as error:  # the top of a thread
                wait_s = BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)]
                failures += 1
                known = isinstance(error, AmbidexError)
                log.warning("%s failed, again in %.1f s: %s", name, wait_s, error, exc_info=None if known else error)
                self._report(name, "waiting", str(error))
                self.stop.wait(wait_s)
        self._report(name, "stopped")
