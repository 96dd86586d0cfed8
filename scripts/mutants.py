"""Breaks the code at places drawn by chance and counts how often a test sees it.

Usage: make mutants [MUTANTS_ARGS="--seed 2 --each 60 --again review"]
The changes are cosmic-ray's; those that can only crash, or touch what _Bare takes out, are not drawn. First the room's
tests run, traced, so that each mutant meets only tests that reach its line, the most specific first. A mutant lives in
memory alone: no file changes, and for each a process is forked that has loaded what no mutant can change. What runs in
processes that tests start is not mutated. The score is a lower bound: most tests elsewhere are not asked, and some
survivors change nothing that anybody could see.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import json
import os
import random
import re
import resource
import signal
import sqlite3
import sys
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from difflib import ndiff
from functools import cache
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import MutationVisitor
from cosmic_ray.plugins import get_operator, operator_names
from coverage import CoverageData
from grimp import build_graph
from scipy.stats import binomtest

ROOT = Path(__file__).resolve().parents[1]
SOURCE, TESTS, KEPT = ROOT / "src" / "replyassist", ROOT / "tests", ROOT / ".make" / "mutation"
LOG = KEPT / "tests.log"
ROOMS = ("review", "delivery", "pipeline", "privacy")
BESIDE = {  # tests elsewhere that are about a room too
    "review": ("delivery/test_delivery", "web/test_queue_work"),
    "delivery": ("intake/test_ours", "web/lead/test_sending", "web/lead/test_connect", "channels/test_chatwoot"),
}
SCHEMA = "tests/core/test_database.py::TestSchema"  # holds the tables of models.py against the migrations
MARKERS = "not postgres and not browser and not llm and not encoder"
QUIET = ["-q", "--no-header", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
PYTEST = [*QUIET, "-p", "no:xdist", "-p", "no:cacheprovider", "-m", MARKERS]
CPU_SECONDS, SECONDS = 600, 1800  # that one mutant may take
KINDS = re.compile(
    "AddNot|NumberReplacer|Replace(And|Or|True|False|Break|Continue)With.*|RemoveDecorator|ZeroIterationForLoop"
    "|ExceptionReplacer|ReplaceUnaryOperator_(Delete_Not|USub_UAdd)|ReplaceComparisonOperator_"
    "(Eq_NotEq|NotEq_Eq|Lt_LtE|LtE_Lt|Gt_GtE|GtE_Gt|Lt_GtE|Gt_LtE|Is_IsNot|IsNot_Is)"
    "|ReplaceBinaryOperator_(Add_Sub|Sub_Add|Mul_Div|Div_Mul|FloorDiv_Mul|Mod_Mul|Pow_Mul|BitOr_BitAnd|BitAnd_BitOr)"
)


@dataclass(frozen=True)
class Mutant:
    """One change; ``line`` counts from 1, ``occurrence`` among the places of its kind in the file."""

    file: str  # from the repository's root
    line: int
    kind: str
    occurrence: int

    @property
    def changed(self) -> str:
        """The file's whole text with the change; that of the file where there is none."""
        text = (ROOT / self.file).read_text(encoding="utf-8")
        return MutationVisitor.mutate_code(text, get_operator(f"core/{self.kind}")(), self.occurrence) or text

    def __str__(self) -> str:
        text = (ROOT / self.file).read_text(encoding="utf-8")
        lines = [x[0] + " " + x[1:].strip() for x in ndiff(text.split("\n"), self.changed.split("\n")) if x[0] in "+-"]
        return f"{self.file}:{self.line} {self.kind}  " + "  ".join(lines)


class _Bare(ast.NodeTransformer):
    """Takes out what no test need see: types, how parameters may be passed, ``frozen``, the 0 of ``row.id or 0``."""

    def visit_arguments(self, node: ast.arguments) -> ast.AST:
        every = [ast.arg(x.arg) for x in (*node.posonlyargs, *node.args, *node.kwonlyargs)]
        defaults = [*node.defaults, *(x for x in node.kw_defaults if x)]
        return self.generic_visit(ast.arguments([], every, None, [], [], None, defaults))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        return ast.keyword() if node.arg == "frozen" else self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        if isinstance(node.op, ast.Or) and getattr(node.values[0], "attr", "") == "id":
            return self.visit(node.values[0])
        return self.generic_visit(node)


def bare(text: str) -> str | None:
    """What the code does, to be compared; None where it is no Python."""
    with contextlib.suppress(SyntaxError):
        return ast.dump(_Bare().visit(ast.parse(text)))
    return None


def mutants_of(path: Path) -> Iterator[Mutant]:
    """All changes of KINDS in a file."""
    nodes = list(ast_nodes(get_ast(path.read_text(encoding="utf-8"))))
    for name in operator_names():
        kind = name.removeprefix("core/")
        if KINDS.fullmatch(kind):
            places = (place for node in nodes for place in get_operator(name)().mutation_positions(node))
            for occurrence, (start, _) in enumerate(places):
                yield Mutant(str(path.relative_to(ROOT)), start[0], kind, occurrence)


def drawn(room: str, each: int, dice: random.Random) -> list[Mutant]:
    """``each`` mutants of a room, file by file in turn, no two on one line."""
    files = []
    for path in sorted((SOURCE / room).rglob("*.py")):
        files.append((bare(path.read_text(encoding="utf-8")), list(mutants_of(path))))
        dice.shuffle(files[-1][1])
    dice.shuffle(files)
    chosen: dict[tuple[str, int], Mutant] = {}
    while len(chosen) < each and any(rest for _, rest in files):
        for before, rest in files:
            while rest and len(chosen) < each:
                mutant = rest.pop()
                if (mutant.file, mutant.line) not in chosen and bare(mutant.changed) not in (before, None):
                    chosen[mutant.file, mutant.line] = mutant
                    break
    return list(chosen.values())


def reach(tree: ast.AST, line: int) -> range | None:
    """The lines of the statement around a line, of a function's whole where it is in its head; None at import."""
    statements = [x for x in ast.walk(tree) if isinstance(x, ast.stmt)]
    first = {x: min([x.lineno, *(y.lineno for y in getattr(x, "decorator_list", ()))]) for x in statements}
    around = [x for x in statements if first[x] <= line <= (x.end_lineno or 0)]
    functions = [x for x in around if isinstance(x, ast.FunctionDef | ast.AsyncFunctionDef)]
    if not functions:
        return None
    inner = max(around, key=first.__getitem__)
    body = getattr(inner, "body", None)
    last = body[0].lineno - 1 if body and inner not in functions and line < body[0].lineno else inner.end_lineno
    return range(first[inner], (last or 0) + 1)


@cache
def traced(room: str) -> tuple[CoverageData, Counter[str]]:
    """Which tests of a room reach which line, and how many lines each reaches: the fewer, the more specific it is.

    They run first: all where the source has changed since the last time, else those that have.
    """
    data = KEPT / f"{room}.coverage"
    written = data.stat().st_mtime if data.exists() else 0.0
    is_new = any(path.stat().st_mtime > written for path in (SOURCE / room).rglob("*.py"))
    tests = [*(TESTS / room).rglob("test_*.py"), *(TESTS / f"{name}.py" for name in BESIDE.get(room, ()))]
    changed = [str(path) for path in tests if is_new or path.stat().st_mtime > written]
    os.environ["COVERAGE_FILE"] = str(data)
    if data.exists() and changed:
        forget(data, changed)
    how = [f"--cov={SOURCE / room}", "--cov-context=test", "--cov-report=", *["--cov-append"] * (not is_new)]
    if changed and forked([*how, *changed]):
        data.unlink(missing_ok=True)
        raise SystemExit(f"the tests fail without a mutant, see {LOG}")
    found = CoverageData(str(data))
    found.read()
    lines = [x for file in found.measured_files() for x in found.contexts_by_lineno(file).values()]
    return found, Counter(test for contexts in lines for test in tests_in(contexts))


def forget(data: Path, tests: list[str]) -> None:
    """Take out what these files' tests reached: they may have other names now."""
    with contextlib.closing(sqlite3.connect(data)) as kept, kept:
        for path in tests:
            kept.execute("DELETE FROM context WHERE context LIKE ?", (f"{Path(path).relative_to(ROOT)}::%",))
        kept.execute("DELETE FROM line_bits WHERE context_id NOT IN (SELECT id FROM context)")


def tests_in(contexts: Iterable[str]) -> set[str]:
    """The tests' names, of contexts such as ``tests/a.py::test_b|run``."""
    return {x.rsplit("|", 1)[0] for x in contexts} - {""}


def tests_for(mutant: Mutant) -> list[str]:
    """The tests that reach it, of those that run at import all that reach its file; the most specific first."""
    data, lines = traced((ROOT / mutant.file).relative_to(SOURCE).parts[0])
    contexts = data.contexts_by_lineno(str(ROOT / mutant.file))
    at = reach(ast.parse((ROOT / mutant.file).read_text(encoding="utf-8")), mutant.line)
    found = tests_in(x for line, of_line in contexts.items() if at is None or line in at for x in of_line)
    found = found or set(lines if at is None else ())  # a file that only defines
    further = [SCHEMA] if at is None and mutant.file.endswith("/models.py") else []
    return [*further, *sorted(found, key=lambda test: (lines[test], test))]


def forked(arguments: list[str], mutant: Mutant | None = None) -> int:
    """What pytest returns, in a process of its own with the mutant in place; negative: a signal or a limit ended it."""
    changed = mutant and mutant.changed
    child = os.fork()
    if child:
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)  # what its tests left
        return status
    os.setsid()
    with LOG.open("w") as out:
        for stream in (1, 2):
            os.dup2(out.fileno(), stream)
    if mutant and changed:
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        signal.alarm(SECONDS)
        plain = SourceFileLoader.get_code
        SourceFileLoader.get_code = lambda self, name: (
            compile(changed, self.path, "exec") if self.path == str(ROOT / mutant.file) else plain(self, name)
        )
    try:
        status = int(pytest.main([*PYTEST, *arguments]))
    except BaseException:
        traceback.print_exc(file=sys.stdout)
        status = int(pytest.ExitCode.INTERNAL_ERROR)
    sys.stdout.flush()
    os._exit(status)


def verdict(mutant: Mutant) -> str:
    """``survived``, or what saw it: a test's name, the first error or ``too slow``."""
    tests = tests_for(mutant)
    status = forked(["-x", "--tb=line", *tests], mutant) if tests else 0
    said = LOG.read_text(errors="replace") if status else ""
    if "ERROR: not found" in said or status in (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise SystemExit(f"{mutant} could not be tried: {said[-2000:]}")
    if status == 0:
        return "survived"
    named = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - |$)", said, re.M)
    return "too slow" if status < 0 else named.group(1) if named else "it does not load"


def load_what_stays(rooms: Iterable[str]) -> None:
    """Load all modules that no mutant of these rooms can change, and what they import."""
    graph = build_graph("replyassist", cache_dir=None)
    for name in graph.modules - {"replyassist"}:  # importing a module imports the package that it is in
        graph.add_import(importer=name, imported=name.rpartition(".")[0])
    own = {f"replyassist.{room}" for room in rooms}
    changed = own.union(*(graph.find_downstream_modules(room) for room in own))
    for name in sorted(graph.modules - changed):
        if not re.search(r"\.(migrations|__main__)\b", name):
            importlib.import_module(name)
    if not own.isdisjoint(sys.modules):
        raise SystemExit(f"{own & set(sys.modules)} cannot be mutated: they are loaded")


def summary(room: str, seen: list[str]) -> str:
    """The share of mutants that tests saw, with the 95 % interval."""
    killed = sum(x != "survived" for x in seen)
    interval = binomtest(killed, len(seen)).proportion_ci(0.95, "wilson")
    return f"{room:9}{killed:4} of {len(seen):4}: {killed / len(seen):.3f} ({interval.low:.2f} to {interval.high:.2f})"


def main() -> None:
    """Draw, try, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rooms", nargs="*", default=ROOMS, metavar="room", help=f"of {', '.join(ROOMS)}")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=40, help="mutants a room")
    parser.add_argument("--again", action="store_true", help="try only what survived or was not reached the last time")
    asked = parser.parse_args()
    print(f"seed {asked.seed}, {asked.each} mutants a room", flush=True)  # noqa: T201  # it is a program
    os.environ |= {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "OMP_NUM_THREADS": "1"}
    sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
    load_what_stays(asked.rooms)
    known_file = KEPT / f"seed-{asked.seed}.json"
    known = json.loads(known_file.read_text()) if asked.again and known_file.exists() else {}
    seen: dict[str, list[str]] = {"all": []}
    for room in asked.rooms:
        for mutant in drawn(room, asked.each, random.Random(f"{asked.seed} {room}")):  # noqa: S311  # a sample
            key = json.dumps(asdict(mutant))
            if known.get(key, "survived") == "survived":
                known[key] = verdict(mutant)
                known_file.write_text(json.dumps(known, indent=1))
            for part in (room, "all"):
                seen.setdefault(part, []).append(known[key])
            print(f"{mutant}  [{known[key]}]", flush=True)  # noqa: T201  # it is a program
    for room in (*asked.rooms, "all"):
        print(summary(room, seen[room]), flush=True)  # noqa: T201  # it is a program


if __name__ == "__main__":
    main()
