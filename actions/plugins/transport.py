"""A plugin's process and the lines that go to and fro, bounded: whatever it writes, it cannot fill our memory.

The SDK's own transport hands on the user's environment and reads lines of any length, hence this one.
"""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from subprocess import PIPE
from typing import Any

import anyio
import mcp_types
from anyio.abc import ByteReceiveStream, Process
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage

MAX_LINE = 1_000_000
"""Bytes of one message."""
MAX_BETWEEN_CALLS = 8_000_000
"""Bytes of all messages between one call and the next."""
MAX_GARBAGE = 20
"""Lines that are no messages, as when a program prints; more of them are a fault."""
MAX_COMPLAINT = 2_000
"""Bytes kept of what it last wrote to standard error."""
ENDS_WITHIN_S = 1.0
CHUNK = 65_536

Incoming = MemoryObjectReceiveStream[SessionMessage | Exception]
Outgoing = MemoryObjectSendStream[SessionMessage]


class Pipes:
    """What is known of one process beside its messages."""

    def __init__(self) -> None:
        self.complaint = b""
        self.fault = ""
        """Why it was cut off, as the rest of a sentence that begins with its name."""
        self.over = False
        """It writes nothing any more: it ended, or was killed."""
        self._read = 0

    def next_call(self) -> None:
        self._read = 0

    def count(self, size: int) -> None:
        self._read += size
        if self._read > MAX_BETWEEN_CALLS:
            self.fault = f"wrote more than {MAX_BETWEEN_CALLS // 1_000_000} MB without being asked"


@asynccontextmanager
async def connected(
    command: Sequence[str], env: Mapping[str, str], directory: Path, pipes: Pipes
) -> AsyncGenerator[tuple[Incoming, Outgoing]]:
    """The process, started in `directory`, as the streams that the SDK's client wants; ended with the block.

    Raises `OSError` if it cannot be started.
    """
    process = await anyio.open_process(
        command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=dict(env), cwd=directory, start_new_session=True
    )
    received, incoming = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    outgoing, sent = anyio.create_memory_object_stream[SessionMessage](0)
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_read, process, received, pipes)
            tasks.start_soon(_write, process, sent)
            tasks.start_soon(_listen, process, pipes)
            try:
                yield incoming, outgoing
            finally:
                tasks.cancel_scope.cancel()
    finally:
        for stream in (received, incoming, outgoing, sent):
            stream.close()
        with anyio.CancelScope(shield=True):
            await _end(process)


async def _read(process: Process, received: MemoryObjectSendStream[SessionMessage | Exception], pipes: Pipes) -> None:
    """Until it ends or does what it must not; then the other side sees the stream close."""
    assert process.stdout is not None
    rest, garbage = b"", 0
    async with received:
        async for chunk in _chunks(process.stdout):
            pipes.count(len(chunk))
            *lines, rest = (rest + chunk).split(b"\n")
            if max(map(len, (rest, *lines))) > MAX_LINE:
                pipes.fault = f"sent a message of more than {MAX_LINE // 1_000_000} MB"
            for line in filter(None, map(bytes.strip, lines)):
                message = _message(line)
                garbage += message is None
                if garbage > MAX_GARBAGE:
                    pipes.fault = "writes what is no message; a plugin must not print to standard output"
                if pipes.fault:
                    return
                if message is not None and not isinstance(message.message, mcp_types.JSONRPCNotification):
                    await received.send(message)  # of what it tells unasked we want nothing
            if pipes.fault:
                return
        pipes.over = True


def _message(line: bytes) -> SessionMessage | None:
    try:
        return SessionMessage(mcp_types.jsonrpc_message_adapter.validate_json(line, by_name=False))
    except ValueError:
        return None


async def _write(process: Process, sent: MemoryObjectReceiveStream[SessionMessage]) -> None:
    assert process.stdin is not None
    with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError, OSError):
        async for message in sent:
            text = message.message.model_dump_json(by_alias=True, exclude_unset=True)
            await process.stdin.send(text.encode() + b"\n")


async def _listen(process: Process, pipes: Pipes) -> None:
    assert process.stderr is not None
    async for chunk in _chunks(process.stderr):
        pipes.complaint = (pipes.complaint + chunk)[-MAX_COMPLAINT:]


async def _chunks(stream: ByteReceiveStream) -> AsyncGenerator[bytes]:
    with suppress(anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError, OSError):
        while True:
            yield await stream.receive(CHUNK)


async def _end(process: Process) -> None:
    """It and all that it started: closed, asked, killed."""
    streams: tuple[Any, ...] = (process.stdin, process.stdout, process.stderr)
    for stream in streams:
        with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError, OSError):
            await stream.aclose()
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, number)
            with anyio.move_on_after(ENDS_WITHIN_S):
                await process.wait()
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)  # what it left behind in its group
    with anyio.move_on_after(ENDS_WITHIN_S):
        await process.aclose()
