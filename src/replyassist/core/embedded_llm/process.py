"""The parent's side of the embedded model: starts its process when it is needed, again when it died, and ends it."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from ..errors import LanguageModelError, LanguageModelTimeout, ReplyassistError
from .cores import usable_cores
from .weights import MODEL_NAME, embedded_weights, given_weights

START_SECONDS = 120.0  # the first start puts the weights together: 1.1 GB to read and to write
STOP_SECONDS = 5.0
RESTARTS = 3
RESTART_PERIOD_SECONDS = 60.0
# llama.cpp's OpenMP threads meet some hundred times for each token, and by default spin until the last is there, which
# keeps that one off its core when other processes want it too. Seen with two threads on two busy cores: 60 tokens took
# 189 s spinning and 8 s asleep.
WAIT_ASLEEP = {"OMP_WAIT_POLICY": "passive"}


class EmbeddedLanguageModel:
    """A llama.cpp server as a child process on loopback, with a random API key. Thread-safe.

    ``threads=0``: one for each usable core. ``model_path``: a GGUF in place of the shipped one. Nothing is started
    before ``start()``; the child ends with this process, even if that is killed. It logs to
    ``home/logs/embedded-llm.log``; the log before is kept beside it. ``reads``: it answers with vectors and writes
    nothing; its log is ``embedded-reader.log``.
    """

    def __init__(
        self,
        home: Path,
        *,
        threads: int = 0,
        slots: int = 4,
        port: int = 0,
        model_path: Path | None = None,
        weights: Callable[[Path], Path] = embedded_weights,
        reads: bool = False,
    ) -> None:
        self.api_key = secrets.token_urlsafe(32)
        self.slots = slots
        self._home, self._port, self._weights = home.absolute(), port, weights
        self._model_path = model_path.absolute() if model_path else None
        self._reads = reads
        self._threads = threads or usable_cores()
        self._lock = threading.Lock()
        self._child: _Child | None = None
        self._restarts: deque[float] = deque(maxlen=RESTARTS)

    @property
    def name(self) -> str:
        """The model, as a proposal records it: a GGUF of one's own by its file name without the ending."""
        return self._model_path.stem if self._model_path else MODEL_NAME

    @property
    def log_path(self) -> Path:
        """Where the child says what is wrong with it."""
        return self._home / "logs" / ("embedded-reader.log" if self._reads else "embedded-llm.log")

    @property
    def base_url(self) -> str:
        """The running child's address, with ``/v1``; LanguageModelError when there is none."""
        child = self._child
        if child is None or not child.is_running():
            raise LanguageModelError("the embedded language model is not running")
        return child.base_url

    @property
    def pid(self) -> int | None:
        """The running child's process id."""
        child = self._child
        return child.process.pid if child is not None and child.process is not None and child.is_running() else None

    def start(self, *, seconds: float = START_SECONDS) -> str:
        """The base URL of a child that answers; starts one if there is none, and waits at most so long for it.

        Raises LanguageModelTimeout (it is still starting), LanguageModelError (it does not start, or died more than
        3 times within a minute) and ConfigurationError (it is not installed).
        """
        with self._lock:
            if self._child is None or self._child.ended.is_set():
                self._child = self._launch(before=self._child)
            child = self._child
        if not child.answers.wait(max(0.0, seconds)):
            if time.monotonic() - child.begun > START_SECONDS:
                child.stop()
            raise LanguageModelTimeout(f"the embedded language model did not start within {seconds:.0f} s")
        if child.error is not None:
            raise child.error
        return child.base_url

    def has_left(self, base_url: str, *, within: float) -> bool:
        """Whether the child at this address has ended, or does so within the seconds."""
        child = self._child
        return child is None or child.base_url != base_url or child.ended.wait(within)

    def stop(self) -> None:
        """End the child, if there is one; the next ``start()`` begins afresh."""
        with self._lock:
            child, self._child = self._child, None
        if child is not None:
            child.stop()

    def _launch(self, *, before: _Child | None) -> _Child:
        if before is not None:
            now = time.monotonic()
            if len(self._restarts) == RESTARTS and now - self._restarts[0] < RESTART_PERIOD_SECONDS:
                raise before.error or LanguageModelError(f"the embedded language model keeps ending: {self.log_path}")
            self._restarts.append(now)
        child = _Child(self._command, api_key=self.api_key, log_path=self.log_path)
        weakref.finalize(self, child.stop)
        return child

    def _command(self) -> list[str]:
        arguments: dict[str, object] = {
            "model": given_weights(self._model_path) if self._model_path else self._weights(self._home),
            "name": self.name,
            "port": self._port,
            "threads": self._threads,
            "slots": self.slots,
            "parent": os.getpid(),
        }
        options = [f"--{name}={value}" for name, value in arguments.items()]
        reads = ["--reads"] if self._reads else []
        return [sys.executable, "-P", "-m", "replyassist.core.embedded_llm", *options, *reads]


class _Child:
    """One child process and the thread that looks after it.

    That thread starts the child and waits for its end, because Linux takes the thread that started a child for its
    parent: started by a thread that ends, the child would be killed with it.
    """

    def __init__(self, command: Callable[[], list[str]], *, api_key: str, log_path: Path) -> None:
        self.begun = time.monotonic()
        self.process: subprocess.Popen[bytes] | None = None
        self.base_url = ""
        self.error: ReplyassistError | None = None
        self.answers = threading.Event()
        self.ended = threading.Event()
        self._unwanted = threading.Event()
        threading.Thread(
            target=self._look_after, args=(command, api_key, log_path), name="replyassist-llm-child", daemon=True
        ).start()

    def is_running(self) -> bool:
        """Whether it answers, as far as is known."""
        return self.answers.is_set() and not self.ended.is_set()

    def stop(self) -> None:
        """Ask it to end, then make it."""
        self._unwanted.set()
        if self.process is not None and not self.ended.is_set():
            self.process.terminate()
            if not self.ended.wait(STOP_SECONDS):
                self.process.kill()
                self.ended.wait(STOP_SECONDS)

    def _look_after(self, command: Callable[[], list[str]], api_key: str, log_path: Path) -> None:
        try:
            self._run(command(), api_key, log_path)
        except ReplyassistError as error:
            self.error = error
        except OSError as error:
            self.error = LanguageModelError(f"the embedded language model cannot be started: {error}")
        finally:
            self.ended.set()
            self.answers.set()

    def _run(self, command: list[str], api_key: str, log_path: Path) -> None:
        with (
            _fresh_log(log_path) as log,
            subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**WAIT_ASLEEP, **os.environ},
                start_new_session=True,
            ) as process,
        ):
            self.process = process
            if self._unwanted.is_set():
                process.kill()
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"{api_key}\n".encode())
            process.stdin.flush()
            address = process.stdout.readline().decode().strip()
            if not address:
                raise LanguageModelError(f"the embedded language model ended while it was loaded; see {log_path}")
            self.base_url = f"{address}/v1"
            self.answers.set()
            process.wait()


def _fresh_log(path: Path) -> BinaryIO:
    """An empty log; the one before is kept, since it may say why the child before ended."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        path.replace(path.with_name(f"{path.stem}.previous{path.suffix}"))
    return path.open("wb")
