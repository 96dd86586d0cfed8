"""What the house promises of its own source: where imports go, where SQL stands."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "replyassist"
LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True, no_logo=True))"
STATEMENTS = {"select", "insert", "update", "delete", "text", "union_all", "exists"}
CARRIED_OUT = {"exec", "execute", "scalar", "scalars", "exec_driver_sql", "executemany"}
REPOSITORIES = {"repository", "migrations"}
SQL_ELSEWHERE = {
    "core/database.py": "opens the database: pragmas, and how a transaction begins",
    "core/jobs.py": "the heartbeats of workers, beside the engine's own tables",
    "core/embedding.py": "a cache in an SQLite file of its own",
    "core/restoring.py": "the mark of a restore, a schema in which there is nothing of ours",
    "core/forgetting.py": "clears such caches",
    "evaluation/cache.py": "a cache in an SQLite file of its own",
    "inbox/models.py": "the condition of an index",
    "review/models.py": "conditions and orders of indexes",
}
"""File: why SQL stands there."""


def test_imports_only_go_down_and_nothing_imports_the_fakes() -> None:
    here = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", LINT], cwd=ROOT, env=here, capture_output=True, text=True, timeout=300, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 kept, 0 broken" in done.stdout


def test_repositories_hold_all_sql() -> None:
    found = {
        str(path.relative_to(SOURCE)): sorted(queries(tree))
        for path, tree in sources()
        if path.name != "repository.py" and not REPOSITORIES & set(path.relative_to(SOURCE).parts)
    }
    elsewhere = {name: lines for name, lines in found.items() if lines and name not in SQL_ELSEWHERE}

    assert not elsewhere, "SQL outside a repository (file: lines)"
    assert not {name for name in SQL_ELSEWHERE if not found.get(name)}, "listed, but there is none"


def queries(tree: ast.Module) -> Iterator[int]:
    """The lines that build a statement by sqlalchemy or sqlmodel, or have a session or a connection carry one out."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    built = {
        alias.asname or alias.name
        for node in imports
        if (node.module or "").partition(".")[0] in ("sqlalchemy", "sqlmodel")
        for alias in node.names
        if alias.name in STATEMENTS
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Name) and called.id in built:
            yield node.lineno
        if isinstance(called, ast.Attribute) and called.attr in CARRIED_OUT:
            owner = ast.unparse(called.value)
            if owner.endswith(("session", "connection", "connection()")):
                yield node.lineno


def test_no_two_classes_share_a_name() -> None:
    places: dict[str, list[str]] = {}
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(str(path.relative_to(SOURCE)))

    assert not {name: files for name, files in places.items() if len(files) > 1}


def test_every_name_of_the_glossary_is_in_the_code() -> None:
    table = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    terms = re.findall(r"^\| (.+) \| (.+)\. \| `(.+)` \|$", table, re.MULTILINE)
    known: set[str] = set()
    for _, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                known.add(node.name)
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                known.add(node.target.id)

    assert len(terms) >= 40
    assert len(terms) == table.count("\n| ") - 1, "a line without a sentence or a name"
    assert [term for term, _, _ in terms] == sorted(term for term, _, _ in terms)
    assert not {name for _, _, name in terms} - known


def sources() -> Iterator[tuple[Path, ast.Module]]:
    """The files of the slices, parsed."""
    for path in sorted(SOURCE.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))
