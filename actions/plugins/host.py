"""Runs plugins: each is started when it is first called, and again, later and later, where it fails.

All of them live on one thread of ours; who calls waits on theirs, until the answer, the time limit or the stop signal.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event as StopSignal
from typing import Any, TypeVar

from mcp import Client, MCPError
from mcp_types import CONNECTION_CLOSED, TextContent, Tool

from actions.plugins.manifest import Manifest
from actions.plugins.sandbox import confined, environment
from actions.plugins.transport import Pipes, connected
from model.stream.errors import PluginFailed

STARTS_WITHIN_S = 60.0
"""Some fetch themselves first."""
IDLE_S = 300.0
"""A plugin that nobody called for so long is ended."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
"""After a failure it is not started again for so long; twice as long after each further one."""
LOOK_S = 0.05
MAX_ANSWER = 2_000
"""Characters of an answer that are kept."""

T = TypeVar("T")


@dataclass
class _Running:
    client: Client
    pipes: Pipes
    end: asyncio.Event
    last_s: float


@dataclass
class _Record:
    """What is known of a plugin from one start to the next."""

    failures: int = 0
    not_before_s: float = 0.0


class Host:
    """Safe for several threads. Close it: it ends every process. With `scratch`, what is written is kept there."""

    def __init__(
        self,
        environ: Mapping[str, str] = os.environ,
        now_s: Callable[[], float] = time.monotonic,
        scratch: Path | None = None,
    ) -> None:
        self._scratch = scratch
        self._environ = environ
        self._now_s = now_s
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._running: dict[str, _Running] = {}
        self._lives: dict[str, asyncio.Task[None]] = {}
        self._records: dict[str, _Record] = {}

    def call(self, manifest: Manifest, tool: str, arguments: Mapping[str, Any], stop: StopSignal) -> str:
        """What the tool answers, as text. Raises `PluginFailed`."""
        return self._wait(self._call(manifest, tool, dict(arguments)), stop)

    def tools(self, manifest: Manifest, stop: StopSignal | None = None) -> list[Tool]:
        """What the server says it can do. Raises `PluginFailed`."""
        return self._wait(self._tools(manifest), stop or StopSignal())

    def running(self) -> tuple[str, ...]:
        """The names of those that have a process now."""
        return tuple(self._running)

    def close(self) -> None:
        """Idempotent."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is not None and thread is not None:
            asyncio.run_coroutine_threadsafe(self._end_all(), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    # On the caller's thread ---------------------------------------------------------------------------------------

    def _wait(self, work: Coroutine[Any, Any, T], stop: StopSignal) -> T:
        future: Future[T] = asyncio.run_coroutine_threadsafe(work, self._started_loop())
        while True:
            try:
                return future.result(timeout=LOOK_S)
            except CancelledError:
                raise PluginFailed("Stopped.") from None
            except NotYet:
                if stop.is_set():
                    future.cancel()

    def _started_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name="actions.plugins", daemon=True)
                self._thread.start()
            return self._loop

    # On the thread of the plugins ---------------------------------------------------------------------------------

    async def _tools(self, manifest: Manifest) -> list[Tool]:
        return await self._asking(manifest, lambda client: _listed(client))

    async def _call(self, manifest: Manifest, tool: str, arguments: dict[str, Any]) -> str:
        async def ask(client: Client) -> str:
            result = await client.call_tool(tool, arguments)
            text = _text(result.content).removeprefix(f"Error executing tool {tool}: ")  # as the SDK says it
            if result.is_error:
                raise PluginFailed(f"{manifest.name} says: {text or 'it did not work'}")
            return text

        return await self._asking(manifest, ask)

    async def _asking(self, manifest: Manifest, ask: Callable[[Client], Coroutine[Any, Any, T]]) -> T:
        """One question, within the time limit. Whoever does not answer in time is ended."""
        running = await self._get(manifest)
        running.last_s = self._now_s()
        running.pipes.next_call()
        try:
            answer = await asyncio.wait_for(ask(running.client), manifest.call_s)
        except TimeoutError:
            raise await self._failed(manifest, running, f"did not answer within {manifest.call_s:g} seconds") from None
        except asyncio.CancelledError:
            await self._end(manifest.name)  # it may still be at work on what nobody wants any more
            raise
        except MCPError as error:
            if error.code != CONNECTION_CLOSED:
                raise PluginFailed(f"{manifest.name} says: {_clean(str(error))}") from error
            raise await self._failed(manifest, running, "ended in the middle of its work") from error
        except (OSError, RuntimeError, ValueError) as error:
            raise await self._failed(
                manifest, running, f"answers what makes no sense ({_clean(str(error))})"
            ) from error
        self._records.pop(manifest.name, None)
        return answer

    async def _get(self, manifest: Manifest) -> _Running:
        running = self._running.get(manifest.name)
        if running is not None and not running.pipes.over:
            return running
        record = self._records.setdefault(manifest.name, _Record())
        pause_s = record.not_before_s - self._now_s()
        if pause_s > 0:
            raise PluginFailed(f"{manifest.name} failed just now; it is tried again in {pause_s:.0f} seconds.")
        await self._end(manifest.name)  # one that is still ending, or was given up while it started
        loop = asyncio.get_running_loop()
        pipes, started = Pipes(), loop.create_future()
        self._lives[manifest.name] = loop.create_task(self._live(manifest, pipes, started))
        try:
            return await asyncio.wait_for(asyncio.shield(started), STARTS_WITHIN_S)
        except asyncio.CancelledError:
            await self._end(manifest.name)
            raise
        except TimeoutError:
            await self._end(manifest.name)
            raise self._noted(manifest, pipes, f"did not start within {STARTS_WITHIN_S:g} seconds") from None
        except (OSError, MCPError, RuntimeError, ValueError, ExceptionGroup) as error:
            raise self._noted(manifest, pipes, "does not start") from error

    async def _live(self, manifest: Manifest, pipes: Pipes, started: asyncio.Future[_Running]) -> None:
        """From the start of its process to the end of it."""
        running: _Running | None = None
        try:
            walls, env = confined(manifest, self._scratch), environment(manifest, self._environ)
            transport = connected(walls, env, manifest.directory, pipes)
            async with Client(transport, mode="legacy") as client:
                running = _Running(client, pipes, asyncio.Event(), self._now_s())
                self._running[manifest.name] = running
                started.set_result(running)
                await self._until_over(manifest, running)
        except Exception as error:  # noqa: BLE001 - whatever a plugin does to the SDK must not end the others
            if not started.done():
                started.set_exception(error if isinstance(error, OSError | MCPError) else RuntimeError(repr(error)))
        finally:
            if running is not None and self._running.get(manifest.name) is running:
                del self._running[manifest.name]

    async def _until_over(self, manifest: Manifest, running: _Running) -> None:
        while not running.end.is_set() and self._now_s() - running.last_s < max(IDLE_S, manifest.call_s):
            if running.pipes.fault or running.pipes.over:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(running.end.wait(), 1.0)

    async def _failed(self, manifest: Manifest, running: _Running, fault: str) -> PluginFailed:
        await self._end(manifest.name)
        return self._noted(manifest, running.pipes, fault)

    def _noted(self, manifest: Manifest, pipes: Pipes, fault: str) -> PluginFailed:
        record = self._records.setdefault(manifest.name, _Record())
        record.not_before_s = self._now_s() + min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**record.failures)
        record.failures += 1
        said = _clean(pipes.complaint.decode(errors="replace")).splitlines()
        told = f" It says: {said[-1][:200]}" if said else ""
        return PluginFailed(f"The plugin {manifest.name} {pipes.fault or fault}.{told}")

    async def _end(self, name: str) -> None:
        running = self._running.pop(name, None)
        if running is not None:
            running.end.set()
        life = self._lives.pop(name, None)
        if life is not None:
            if running is None:
                life.cancel()
            await asyncio.wait([life])

    async def _end_all(self) -> None:
        for name in list(self._lives):
            await self._end(name)


async def _listed(client: Client) -> list[Tool]:
    return list((await client.list_tools()).tools)


def _text(content: Any) -> str:
    return _clean("\n".join(part.text for part in content if isinstance(part, TextContent)))


def _clean(text: str) -> str:
    """Without control characters, and not endless."""
    kept = "".join(c for c in text[: 4 * MAX_ANSWER] if c == "\n" or c.isprintable())
    return kept.strip()[:MAX_ANSWER]
