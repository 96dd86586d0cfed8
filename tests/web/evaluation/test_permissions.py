"""Who may do what at the workbench, and nobody with what is of another brand."""

from __future__ import annotations

import pytest

from replyassist.core.accounts import Principal
from replyassist.core.security import Role
from replyassist.evaluation.labelling import batch_of
from replyassist.evaluation.pairs import PreferenceBook, pair_batch_of
from replyassist.evaluation.sets import CaseSets, TemplateSets
from replyassist.evaluation.store import RunStore
from tests.evaluation.builders import case, proposal, result, run
from tests.faq.builders import template
from tests.web.evaluation.workbench import Workbench
from tests.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
LEADS = ("", "/runs/new", "/bring/cases", "/bring/templates", "/runs/r1", "/runs/r1/case?id=c1", "/runs/r1/labels",
         "/runs/r1/labels/export", "/runs/r1/export/json", "/runs/r1/export/html", "/runs/r1/export/csv", "/compare",
         "/compare?before=r1&after=r2", "/compare/export?before=r1&after=r2",
         "/compare/pairs/export?before=r1&after=r2", "/templates/{templates}",
         "/templates/{templates}/export/jsonl")  # fmt: skip
LABELLERS = ("/label", "/label/{batch}", "/pairs/{pair}", "/cases/{cases}", "/cases/{cases}/export/jsonl",
             "/cases/{cases}/export/csv")  # fmt: skip
WRITES = ("/runs", "/bring/cases", "/compare/pairs", "/cases/{cases}/remove", "/templates/{templates}/remove")


@pytest.fixture
def names(world: World) -> dict[str, str]:
    home, now = world.settings.home, world.clock.now()
    for name in ("r1", "r2"):
        RunStore(home).save(run(*(result(n, case=case(n), proposal=proposal(f"{name} {n}")) for n in (1, 2)), id=name))
    PreferenceBook(home, "r1", "r2").open()
    cases = CaseSets(home).save([case(1)], title="cases", files=(), by="Ana", at=now).name
    templates = TemplateSets(home).save([template("a")], brand="fernhill", title="t", files=(), by="Ana", at=now).name
    return {"cases": cases, "templates": templates, "batch": batch_of("r1"), "pair": pair_batch_of("r1", "r2")}


def statuses(bench: Workbench, paths: tuple[str, ...], names: dict[str, str]) -> dict[str, int]:
    return {path: bench.console.get(f"/evaluation{path.format(**names)}").status_code for path in paths}


@pytest.mark.parametrize("role", [Role.LEAD, Role.ADMIN])
def test_leads_see_everything(workbench: Workbench, names: dict[str, str], role: Role) -> None:
    workbench.console.sign_in(role)
    found = statuses(workbench, LEADS + LABELLERS, names)
    assert {path: status for path, status in found.items() if status != 200} == {}


def test_managers_label_and_see_cases_and_nothing_that_would_tell_the_verdict(
    workbench: Workbench, names: dict[str, str]
) -> None:
    workbench.console.sign_in(Role.MANAGER)
    assert set(statuses(workbench, LABELLERS, names).values()) == {200}
    found = statuses(workbench, LEADS, names)
    assert found.pop("") == 303
    assert set(found.values()) == {403}
    assert 'href="/evaluation"' in workbench.console.get("/queue").text


def test_agents_see_nothing_of_it(workbench: Workbench, names: dict[str, str]) -> None:
    workbench.console.sign_in(Role.AGENT)
    assert set(statuses(workbench, LEADS + LABELLERS, names).values()) == {403}
    assert 'href="/evaluation"' not in workbench.console.get("/queue").text


def test_people_of_another_brand_find_nothing(workbench: Workbench, names: dict[str, str]) -> None:
    from replyassist.brands.service import ensure_brand

    world = workbench.console.world
    with world.database.writing() as session:
        ensure_brand(session, "harbour", now=world.clock.now())
    stranger: Principal = world.person(Role.LEAD, brands=["harbour"])
    workbench.console.sign_in(stranger)
    of_a_run = tuple(path for path in LEADS + LABELLERS if "r1" in path or "{" in path)

    assert set(statuses(workbench, of_a_run, names).values()) == {404}
    for path in ("", "/label", "/runs/new"):
        page = workbench.page(f"/evaluation{path}")
        assert not any(name in page for name in ("r1<", "fernhill", names["cases"], names["batch"])), path


@pytest.mark.parametrize("role", [Role.MANAGER, Role.AGENT])
def test_only_leads_start_bring_and_remove(workbench: Workbench, names: dict[str, str], role: Role) -> None:
    workbench.console.sign_in(role)
    for path in WRITES:
        form = {"before": "r1", "after": "r2", "cases": names["cases"]}
        files = {"files": ("x.csv", b"text,template_id\n")} if "bring" in path else None
        token = workbench.console.token()
        answer = workbench.console.client.post(
            f"/evaluation{path.format(**names)}",
            data={"csrf_token": token, **form},
            files=files,
            follow_redirects=False,
        )
        assert answer.status_code == 403, path


def test_a_form_without_its_token_and_a_stranger_without_a_session_do_nothing(
    workbench: Workbench, names: dict[str, str]
) -> None:
    assert workbench.console.get("/evaluation").status_code == 303
    workbench.console.sign_in(Role.LEAD)
    for path in ("/runs", f"/cases/{names['cases']}/remove", f"/label/{names['batch']}", f"/pairs/{names['pair']}"):
        form = {"csrf_token": "forged", "case_id": "c1", "label": "send-ready", "preferred": "tie"}
        assert workbench.console.post(f"/evaluation{path}", form).status_code == 403, path


@pytest.mark.parametrize("name", ["%2e%2e%2fsecret_key", "unfinished-1", "summaries", "a" * 200, "r1%00"])
def test_names_lead_nowhere_else(workbench: Workbench, names: dict[str, str], name: str) -> None:
    workbench.console.sign_in(Role.ADMIN)
    for path in (f"/runs/{name}", f"/runs/{name}/export/json", f"/cases/{name}", f"/templates/{name}/export/jsonl"):
        assert workbench.console.get(f"/evaluation{path}").status_code in (404, 307), path
