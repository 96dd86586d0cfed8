"""`make peers-up` and `make peers-down`, with the mail servers alone."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

MAIN = """
import pathlib, sys
from tests.channels.peers import up
up.PID, up.STARTS = pathlib.Path(sys.argv.pop(1)), {"e-mail": up.STARTS["e-mail"]}
up.main()
"""
SECONDS = 120


def started(held: Path, *arguments: str) -> subprocess.Popen[str]:
    """The command, its PID file there."""
    return subprocess.Popen(
        [sys.executable, "-c", MAIN, str(held), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def said(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Its status and what it says until it ends."""
    told, _ = process.communicate(timeout=SECONDS)
    return process.returncode, told


@pytest.mark.parametrize("how", ["down", "interrupt"])
def test_they_are_up_once_and_all_of_them_end(tmp_path: Path, how: str) -> None:
    held = tmp_path / "peers-up.pid"
    up = started(held)
    try:
        assert up.stdout is not None
        ports = [int(each) for each in re.findall(r"127\.0\.0\.1:(\d+)", up.stdout.readline())]
        assert len(ports) == 2
        assert "Ctrl-C" in up.stdout.readline()
        status, told = said(started(held))
        assert (status, "up already" in told) == (1, True)
        if how == "down":
            assert said(started(held, "down")) == (0, "")
        else:
            up.send_signal(signal.SIGINT)
        assert said(up) == (0, "")
    finally:
        up.kill()
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
    assert not held.exists()
    assert said(started(held, "down")) == (0, "no peers are up\n")


def test_what_a_killed_one_left_harms_nobody(tmp_path: Path) -> None:
    held = tmp_path / "peers-up.pid"
    bystander = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    held.write_text(str(bystander.pid), encoding="ascii")
    try:
        assert said(started(held, "down")) == (0, "no peers are up\n")
        assert bystander.poll() is None
        assert not held.exists()
    finally:
        bystander.communicate(b"\n", timeout=SECONDS)
