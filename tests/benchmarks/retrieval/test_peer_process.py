from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from replyassist_bench.retrieval.data import few_shot
from replyassist_bench.retrieval.peer_process import PeerFailed, PeerProcesses

PARROT = """
import json, os, sys
arguments = dict(zip(sys.argv[2::2], sys.argv[3::2]))
with open(arguments["--out"], "w") as out:
    json.dump({"measure": sys.argv[1], **arguments, "threads": os.environ.get("OMP_NUM_THREADS"),
               "encoder": os.environ.get("REPLYASSIST_PEERS_ENCODER")}, out)
"""
ROOT = Path(__file__).resolve().parents[3]


def processes(folder: Path, program: str, *, timeout: float = 60) -> PeerProcesses:
    path = folder / "program.py"
    path.write_text(program, encoding="utf-8")
    return PeerProcesses(Path(sys.executable), path, folder, timeout=timeout, model="some-encoder")


def test_a_system_is_told_its_measure_task_and_folders(tmp_path: Path) -> None:
    found = processes(tmp_path, PARROT).run("rank", "bm25", [tmp_path / "task.json"], threads=1)

    assert (found["measure"], found["--system"], found["threads"]) == ("rank", "bm25", "1")
    assert found["encoder"] == "some-encoder"
    assert found["--task"] == str(tmp_path / "task.json")
    assert found["--vectors"] == str(tmp_path / "vectors")


def test_a_system_that_fails_says_how_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(PeerFailed, match=r"^exit status 1: ModuleNotFoundError: No module named 'not_installed'$"):
        processes(tmp_path, "import not_installed").run("serve", "haystack", [])


def test_a_system_that_hangs_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(PeerFailed, match="not done after 1 s"):
        processes(tmp_path, "import time; time.sleep(60)", timeout=1).run("serve", "haystack", [])


def test_an_interpreter_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(PeerFailed, match="cannot be started"):
        PeerProcesses(tmp_path / "python", tmp_path / "run.py", tmp_path, timeout=1).run("serve", "haystack", [])


def test_a_task_does_not_tell_what_is_right(tmp_path: Path) -> None:
    task = few_shot([("do you ship", "ship_abroad")], [("can you ship", "secretly_right")], examples=1, seed=0)
    path = processes(tmp_path, "").lay_out("one", task, [("ship_abroad", "do you ship")], found=7)

    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["messages"] == ["can you ship"]
    assert content["documents_found"] == 7
    assert "secretly_right" not in path.read_text(encoding="utf-8")


def test_vectors_stand_in_the_order_of_their_texts(tmp_path: Path) -> None:
    vectors = {"a": np.array([1, 0], dtype=np.float32), "b": np.array([0, 1], dtype=np.float32)}
    processes(tmp_path, "").lay_out_vectors(vectors)

    assert json.loads((tmp_path / "vectors" / "texts.json").read_text(encoding="utf-8")) == ["a", "b"]
    assert np.load(tmp_path / "vectors" / "vectors.npy").tolist() == [[1, 0], [0, 1]]


def test_no_package_of_the_product_is_pinned_to_another_version_for_the_peers() -> None:
    ours, theirs = (_pins(ROOT / name) for name in ("constraints.txt", "eval/peers/requirements.txt"))

    assert {"haystack-ai", "langchain-core", "llama-index-core", "bm25s"} <= theirs.keys()
    assert {name: (ours[name], theirs[name]) for name in ours.keys() & theirs if ours[name] != theirs[name]} == {}


def _pins(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    pins = [line.split(";")[0].strip().split("==") for line in lines if line and not line.startswith("#")]
    return {name: version for name, version in pins}
