"""Modules of this package that run in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys


def start_module(name: str, *arguments: str, pipes: bool = False) -> subprocess.Popen[str]:
    """Run a module, which finds what this process finds; ``pipes``: its input and output are this process's to use."""
    pipe = subprocess.PIPE if pipes else None
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", name, *arguments]
    return subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True)
