"""The child process: llama.cpp's server on loopback, which dies with the process that started it.

``python -m replyassist.core.embedded_llm --model FILE``; the API key is the first line of stdin, and the port that was
found free is the one line of stdout. When stdin ends, the parent is gone.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import select
import signal
import sys
import threading
from typing import Any

# Shared by all slots (kv_unified): a brand's rules and examples, and a message of 10,000 characters. 28 kB a token.
CONTEXT_TOKENS = 8192
# Prompts that were pushed out of the slots, as of another brand, up to 18,000 tokens; llama.cpp's default is 8 GiB.
PROMPT_CACHE_MIB = 512
# A request that was given up ends between two batches, and the next one waits so long (26 s with llama.cpp's 2,048).
BATCH_TOKENS = 512
READING_TOKENS = 2048  # of one pair, where prompts are read and nothing is written
WARNINGS = 2
PARENT_CHECK_SECONDS = 1.0
PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serve until the parent goes away."""
    arguments = _arguments()
    _die_with(arguments.parent)
    api_key = os.read(sys.stdin.fileno(), 4096).decode().strip()
    answer = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    threading.Thread(target=_watch, args=(arguments.parent,), daemon=True).start()

    import xllamacpp

    server = xllamacpp.Server(_parameters(xllamacpp.CommonParams(), arguments, api_key))
    os.write(answer, f"{server.listening_address}\n".encode())
    os.close(answer)
    threading.Event().wait()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="replyassist.core.embedded_llm")
    parser.add_argument("--model", required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--slots", type=int, default=4)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--reads", action="store_true", help="answer with vectors of what is read, and write nothing")
    return parser.parse_args()


def _parameters(parameters: Any, arguments: argparse.Namespace, api_key: str) -> Any:
    parameters.model.path = arguments.model
    parameters.model_alias = {arguments.name}
    parameters.use_jinja = True  # the chat template is the GGUF's own
    parameters.n_batch = BATCH_TOKENS
    parameters.n_ctx = CONTEXT_TOKENS
    parameters.n_parallel = arguments.slots
    parameters.kv_unified = True
    # Some models attend through a sliding window; with a cache of only that size, no prompt prefix can be used again.
    parameters.swa_full = True
    parameters.cache_ram_mib = PROMPT_CACHE_MIB
    parameters.verbosity = WARNINGS
    for threads in (parameters.cpuparams, parameters.cpuparams_batch):
        threads.n_threads = arguments.threads
        threads.poll = 0  # do not burn a core between two requests
    if arguments.reads:
        import xllamacpp

        parameters.embedding, parameters.pooling_type = True, xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_NONE
        parameters.n_ctx = parameters.n_batch = parameters.n_ubatch = READING_TOKENS  # no prompt is cut into batches
        parameters.n_parallel, parameters.cache_ram_mib = 1, 0
    parameters.port = arguments.port
    parameters.hostnames = ["127.0.0.1"]
    parameters.api_keys = [api_key]
    # By default any web page that the user has open may call it, and read the answers.
    parameters.cors_origins, parameters.cors_credentials = "", False
    parameters.ui = parameters.endpoint_slots = False
    return parameters


def _die_with(parent: int) -> None:
    """Linux kills us when the thread that started us ends, however busy or stuck we are."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def _watch(parent: int) -> None:
    """End when the pipe from the parent does, or when somebody else has become our parent."""
    while os.getppid() == parent:
        readable, _, _ = select.select([sys.stdin], [], [], PARENT_CHECK_SECONDS)
        if readable and not os.read(sys.stdin.fileno(), 4096):
            break
    os._exit(0)


if __name__ == "__main__":
    main()
