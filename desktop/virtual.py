"""A desktop without a desk: a screen, a sound system and a session bus of their own, to run, show and test on.

What plays into the sink `mic_in` is heard by the microphone; what the loudspeaker plays is recorded from
`speaker.monitor`. Needs the programs that `scripts/setup` installs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
import time
import wave
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from desktop.processes import Processes, Watched, end, read_line, wait_for_output, wait_until
from model.stream.errors import DeviceLost

READY_WITHIN_S = 20.0
RECORDING_HZ = 24_000
RECORDING_LATENCY_MS = 20

SOUND_SYSTEM = """\
load-module module-null-sink sink_name=mic_in norewinds=1
load-module module-null-sink sink_name=speaker norewinds=1
load-module module-remap-source master=mic_in.monitor source_name=mic
set-default-source mic
set-default-sink speaker
load-module module-native-protocol-unix auth-anonymous=1
"""
"""The protocol comes last: once the socket is there, so is everything else. Without `norewinds` a null sink works in
blocks of 2 seconds and a microphone that is opened hears nothing for so long; with it, in blocks of 50 ms."""

WINDOW_MANAGER = """\
<openbox_config xmlns="http://openbox.org/3.4/rc">
  <focus><focusNew>yes</focusNew><followMouse>no</followMouse></focus>
  <theme><name>Clearlooks</name></theme>
  <desktops><number>1</number></desktops>
  <keyboard>
    <keybind key="A-F4"><action name="Close"/></keybind>
    <keybind key="A-Tab"><action name="NextWindow"/></keybind>
  </keyboard>
  <mouse>
    <context name="Client">
      <mousebind button="Left" action="Press"><action name="Focus"/><action name="Raise"/></mousebind>
    </context>
    <context name="Titlebar">
      <mousebind button="Left" action="Press"><action name="Focus"/><action name="Raise"/></mousebind>
      <mousebind button="Left" action="Drag"><action name="Move"/></mousebind>
    </context>
    <context name="Close"><mousebind button="Left" action="Click"><action name="Close"/></mousebind></context>
    <context name="Iconify"><mousebind button="Left" action="Click"><action name="Iconify"/></mousebind></context>
    <context name="Maximize">
      <mousebind button="Left" action="Click"><action name="ToggleMaximize"/></mousebind>
    </context>
  </mouse>
</openbox_config>
"""
"""Openbox as it comes opens a menu at Alt+Space, which a chord that is let go of key by key may pass through."""

ALSA = "pcm.!default pulse\nctl.!default pulse\n"
"""PortAudio speaks ALSA; this leads it to our sound system whatever the machine's own default is."""

INHERITED = ("PATH", "VIRTUAL_ENV", "PYTHONPATH", "PYTHONUNBUFFERED", "LD_LIBRARY_PATH", "USER", "LOGNAME", "SHELL")


@dataclass(frozen=True, slots=True)
class Recording:
    """What the loudspeaker played, complete once the `record` block is left."""

    path: Path
    started_ns: int
    """When its first sample was played, on the monotonic clock; exact to about 20 ms."""


class VirtualDesktop:
    """A virtual screen with a window manager and a virtual sound system, as a context manager.

    Leave out what is not needed with `screen=False` or `sound=False`. Its processes belong to the thread that enters
    it. Raises `DeviceLost` naming the Debian package that is missing.
    """

    def __init__(
        self,
        *,
        screen: bool = True,
        sound: bool = True,
        width_px: int = 1920,
        height_px: int = 1080,
        person: bool = False,
    ) -> None:
        """With a `person`, the screen is a window on another one (Xephyr), whose pointer and keys are devices here."""
        self.display = ""
        self._outside = ""
        self._person = person
        self._size = f"{width_px}x{height_px}x24"
        self._wanted = (screen, sound)
        self._open = False

    def __enter__(self) -> VirtualDesktop:
        # Unix sockets want a short path; 0700 is what mkdtemp gives, as XDG_RUNTIME_DIR demands.
        self.home = Path(tempfile.mkdtemp(prefix="ambidex-desktop-"))
        self.runtime = self.home / "run"
        self.runtime.mkdir(mode=0o700)
        self._env = _own_environment(self.home, self.runtime)
        self._processes = Processes(self._env, self.home)
        self._open = True
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End everything that runs here and remove its files. Idempotent."""
        if self._open:
            self._open = False
            self._processes.close()
            shutil.rmtree(self.home, ignore_errors=True)

    @property
    def env(self) -> dict[str, str]:
        """The environment in which a program sees this desktop and nothing of the real one."""
        return dict(self._env)

    def run(self, *argv: str) -> str:
        """Run a program on this desktop to its end; returns its output. Raises `DeviceLost` if it fails."""
        return self._processes.run(*argv)

    def start(self, *argv: str, env: Mapping[str, str] | None = None, pipe: bool = False) -> subprocess.Popen[bytes]:
        """Start a program that runs until this desktop closes; `env` adds to its environment."""
        return self._processes.start(*argv, env={**self._env, **(env or {})}, pipe=pipe)

    def watch(self, *argv: str, env: Mapping[str, str] | None = None) -> Watched:
        """Start a program here and read along what it writes."""
        return self._processes.watch(*argv, env={**self._env, **(env or {})})

    def xdotool(self, *arguments: str) -> str:
        """Keys and pointer, as from a person's hands."""
        return self.run("xdotool", *arguments).strip()

    def by_person(self, *arguments: str) -> str:
        """As `xdotool`, but on devices: programs can tell the one from the other."""
        if not self._outside:
            raise DeviceLost("This virtual desktop was started without a person.")
        return self.run("env", f"DISPLAY={self._outside}", "xdotool", *arguments).strip()

    @contextmanager
    def holding(self, chord: str) -> Generator[None]:
        """Keys such as `ctrl+alt+space` are held while the block runs, and let go of in the reverse order."""
        keys = chord.split("+")
        self.xdotool("keydown", *keys)
        try:
            yield
        finally:
            self.xdotool("keyup", *reversed(keys))

    def copy(self, text: str) -> None:
        """Put text on the clipboard, as another program would."""
        file = self.home / "copied.txt"
        file.write_text(text, encoding="utf-8")
        # It stays to answer whoever pastes; -quiet keeps it in the foreground, where it ends with this desktop.
        self.start("xclip", "-quiet", "-selection", "clipboard", str(file))

    def screenshot(self, path: Path) -> Path:
        """Write what the whole screen shows as PNG."""
        if not self.display:
            raise DeviceLost("This virtual desktop was started without a screen.")
        import mss  # only programs that take screenshots pay for it
        import mss.tools

        with mss.MSS(display=self.display) as screen:
            shot = screen.grab(screen.monitors[0])
        mss.tools.to_png(shot.rgb, shot.size, output=str(path))
        return path

    def speak(self, wav: Path) -> None:
        """Play a WAV file into the microphone; returns when its last sample was played."""
        self._require_sound()
        self.run("paplay", "--device=mic_in", str(wav))

    def say(self, text: str, voice: str = "slt") -> None:
        """Have a synthetic voice (slt, rms, awb or kal) say something into the microphone."""
        self.speak(self.voice_file(text, voice))

    def voice_file(self, text: str, voice: str = "slt") -> Path:
        """The WAV file that `say` plays; made once per text and voice."""
        path = self.home / f"say-{voice}-{abs(hash(text)):x}.wav"
        if not path.exists():
            self.run("flite", "-voice", voice, "-t", text, "-o", str(path))
        return path

    @contextmanager
    def record(self, path: Path | None = None) -> Generator[Recording]:
        """Record the loudspeaker as WAV while the block runs; without a path, the file goes with the desktop."""
        self._require_sound()
        path = path or Path(tempfile.mkstemp(suffix=".wav", dir=self.home)[1])
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RECORDING_HZ)
            parec = self._start_recorder()
            first_ns = _wait_for_sound(parec)
            copier = threading.Thread(target=_copy, args=(parec, file), name="recording")
            copier.start()
            try:
                yield Recording(path, first_ns)
            finally:
                parec.terminate()
                copier.join()
                end(parec)

    def _start(self) -> None:
        screen, sound = self._wanted
        self._start_bus()
        if screen:
            self._start_screen()
        if sound:
            self._start_sound()

    def stop_screen(self) -> None:
        """The screen goes away, as when the X server crashes."""
        end(self._xvfb)

    def stop_window_manager(self) -> None:
        """The windows stay, and nobody manages them."""
        end(self._openbox)

    def stop_sound(self) -> None:
        """The sound system goes away, as when it crashes or is restarted."""
        self._require_sound()
        end(self._pulseaudio)
        (self.runtime / "pulse" / "native").unlink(missing_ok=True)

    def start_sound(self) -> None:
        """It comes back, at the same place."""
        self._start_sound()

    def _start_bus(self) -> None:
        """Without a bus of its own, a program would start one by itself, and nobody would end it."""
        address = f"unix:path={self.runtime / 'bus'}"
        bus = self.watch(
            "dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1", f"--address={address}",
        )  # fmt: skip
        bus.wait_for("unix:path", READY_WITHIN_S)
        self._env["DBUS_SESSION_BUS_ADDRESS"] = address
        self._env["DBUS_SYSTEM_BUS_ADDRESS"] = address  # nor must the machine's own login manager be heard here

    def _start_screen(self) -> None:
        size = ("-screen", "0", self._size)
        self._xvfb = self._start_server("Xvfb", *size, "+extension", "RECORD", "+extension", "XTEST")
        if self._person:
            self._outside = self.display
            self._start_server("Xephyr", "-screen", self._size)
        self._start_window_manager()

    def _start_server(self, *command: str) -> subprocess.Popen[bytes]:
        number, tell_number = os.pipe()
        try:
            options = ("-displayfd", str(tell_number), "-nolisten", "tcp", "-noreset")
            server = self._processes.start(*command, *options, env=self._env, pass_fd=tell_number)
        finally:
            os.close(tell_number)
        with os.fdopen(number, "rb") as pipe:
            self.display = ":" + read_line(pipe, READY_WITHIN_S, f"The virtual screen ({command[0]})")
        self._env["DISPLAY"] = self.display
        return server

    def _start_window_manager(self) -> None:
        configuration = self.home / "openbox.xml"
        configuration.write_text(WINDOW_MANAGER, encoding="utf-8")
        self._openbox = self.start("openbox", "--sm-disable", "--config-file", str(configuration))
        announced = ("xprop", "-root", "_NET_SUPPORTING_WM_CHECK")
        wait_until(lambda: "window id" in self.run(*announced), READY_WITHIN_S, "The window manager (openbox)")

    def _start_sound(self) -> None:
        script = self.home / "sound.pa"
        script.write_text(SOUND_SYSTEM, encoding="utf-8")
        (self.home / ".asoundrc").write_text(ALSA, encoding="utf-8")
        # -n: not the machine's own configuration. Real-time priority is refused in containers, with a warning.
        self._pulseaudio = pulseaudio = self.start(
            "pulseaudio", "--daemonize=no", "--exit-idle-time=-1", "--realtime=no", "--high-priority=no",
            "--use-pid-file=no", "-n", "-F", str(script),
        )  # fmt: skip
        socket = self.runtime / "pulse" / "native"
        what = f"The virtual sound system (pulseaudio, see {self._processes.log_of('pulseaudio')})"
        wait_until(lambda: socket.exists() or pulseaudio.poll() is not None, READY_WITHIN_S, what)
        if pulseaudio.poll() is not None:
            complaint = self._processes.log_of("pulseaudio").read_text(encoding="utf-8", errors="replace")
            raise DeviceLost(f"The virtual sound system could not start: {complaint.strip()[-300:]}")
        self._env["PULSE_SERVER"] = f"unix:{socket}"

    def _start_recorder(self) -> subprocess.Popen[bytes]:
        return self.start(
            "parec", "--device=speaker.monitor", "--raw", "--format=s16le", "--channels=1",
            f"--rate={RECORDING_HZ}", f"--latency-msec={RECORDING_LATENCY_MS}",
            pipe=True,
        )  # fmt: skip

    def _require_sound(self) -> None:
        if "PULSE_SERVER" not in self._env:
            raise DeviceLost("This virtual desktop was started without sound.")


def _own_environment(home: Path, runtime: Path) -> dict[str, str]:
    """Only what is named is inherited: nothing leads back to the real screen, sound, bus or settings."""
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(runtime),
        "LANG": "C.UTF-8",
        "QT_QPA_PLATFORM": "xcb",
        "XDG_SESSION_TYPE": "x11",
        "XDG_CURRENT_DESKTOP": "openbox",
        "XDG_DATA_DIRS": "/usr/local/share:/usr/share",
    }


def _wait_for_sound(parec: subprocess.Popen[bytes]) -> int:
    """Silence is recorded too, so the first bytes come at once; they are waited for, not taken."""
    assert parec.stdout is not None
    wait_for_output(parec.stdout, READY_WITHIN_S, "Sound from the loudspeaker's monitor")
    return time.monotonic_ns() - RECORDING_LATENCY_MS * 1_000_000


def _copy(parec: subprocess.Popen[bytes], file: wave.Wave_write) -> None:
    assert parec.stdout is not None
    with parec.stdout as pipe:
        while block := pipe.read(4800):  # returns what there is
            file.writeframes(block)
