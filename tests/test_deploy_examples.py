"""The files that people deploy with name what there is: metrics, settings, commands, and valid Kubernetes objects."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import promql_parser
import pytest
import yaml
from typer.main import get_command

from replyassist.backlog import Metrics
from replyassist.brands.model_use import ModelLimits
from replyassist.cli import app
from replyassist.core.backup import KEPT, KEY_FILE
from replyassist.core.settings import Settings
from replyassist.review.models import ReviewStatus
from tests.world import World

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "deploy"
SERVICES = yaml.safe_load((FOLDER / "docker-compose.yaml").read_text())["services"]
OBJECTS = list(yaml.safe_load_all((FOLDER / "kubernetes.yaml").read_text()))
DASHBOARD = json.loads((FOLDER / "grafana" / "dashboard.json").read_text())
RULES = [rule for group in yaml.safe_load((FOLDER / "alerts.yaml").read_text())["groups"] for rule in group["rules"]]
EXPRESSIONS = [rule["expr"] for rule in RULES] + [
    target["expr"].replace("$__rate_interval", "5m") for panel in DASHBOARD["panels"] for target in panel["targets"]
]
NAME = re.compile(r"replyassist_\w+")
STATUS = re.compile(r'replyassist_(?:items|longest_wait_seconds)\{status=~?"([a-z|]+)"')


HOME = "/home/replyassist/home"


def containers() -> list[dict[str, Any]]:
    pods = [each["spec"]["template"]["spec"] for each in OBJECTS if "template" in each.get("spec", {})]
    return [container for pod in pods for container in pod["containers"]]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_expression_is_one_that_prometheus_reads(expression: str) -> None:
    promql_parser.parse(expression)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_metric_that_is_asked_for_is_told(world: World) -> None:
    told: set[str] = set()
    for line in Metrics(world.database, world.clock, ModelLimits()).text().decode().splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            told |= {name, *(f"{name}_{part}" for part in ("bucket", "sum", "count") if kind == "histogram")}
    asked = {name for expression in EXPRESSIONS for name in NAME.findall(expression)}
    assert asked
    assert asked <= told


def test_every_status_that_is_asked_for_is_one() -> None:
    asked = {
        status for expression in EXPRESSIONS for found in STATUS.findall(expression) for status in found.split("|")
    }
    assert asked
    assert asked <= {each.value for each in ReviewStatus} | {"received"}


@pytest.mark.parametrize("found", OBJECTS, ids=lambda found: f"{found['kind']}-{found['metadata']['name']}")
def test_every_kubernetes_object_is_valid(found: dict[str, Any]) -> None:
    kubernetes_validate.validate(found, "1.37", strict=True)


@pytest.mark.parametrize("name", ["replyassist-api", "replyassist-worker"])
def test_what_cannot_be_made_again_outlives_a_pod(name: str) -> None:
    claims = {each["metadata"]["name"] for each in OBJECTS if each["kind"] == "PersistentVolumeClaim"}
    (pod,) = [
        each["spec"]["template"]["spec"]
        for each in OBJECTS
        if each["metadata"]["name"] == name and "template" in each["spec"]
    ]
    claimed = {each["name"]: each.get("persistentVolumeClaim", {}).get("claimName") for each in pod["volumes"]}
    mounts = {each["mountPath"]: claimed[each["name"]] for each in pod["containers"][0]["volumeMounts"]}
    for kept in set(KEPT) - {KEY_FILE}:  # the key is a secret of the cluster's
        assert mounts[f"{HOME}/{kept}"] in claims


def test_the_home_of_the_image_belongs_to_who_runs_it() -> None:
    """A named volume takes the owner of the folder that it is mounted over, and root where there is none."""
    lines = (FOLDER / "Dockerfile").read_text().splitlines()
    assert any(f"REPLYASSIST_HOME={HOME} " in line for line in lines)
    assert f"RUN mkdir {HOME}" in lines[lines.index("USER replyassist") :]
    for name in ("api", "worker"):
        assert SERVICES[name]["volumes"] == [f"home:{HOME}"]


def test_a_reply_that_is_not_sent_is_told_whatever_it_waits_for() -> None:
    (expression,) = [rule["expr"] for rule in RULES if rule["alert"] == "ApprovedRepliesWait"]
    asked = STATUS.findall(expression)[0].split("|")
    assert set(asked) == {ReviewStatus.APPROVED, ReviewStatus.SENDING}, "after the first attempt it is `sending`"
    assert any("replyassist_circuits_open" in rule["expr"] for rule in RULES)


def test_a_brand_is_told_of_before_its_money_for_the_day_is_used_up() -> None:
    (expression,) = [rule["expr"] for rule in RULES if rule["alert"] == "LanguageModelBudgetNearlyUsed"]
    found = re.fullmatch(r"max by \(brand\) \(replyassist_model_budget_used_ratio\) > (0\.\d+)", expression)
    assert found, "by brand, whichever process tells it"
    assert 0.5 < float(found[1]) < 1
    panels = " ".join(target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"])
    assert {"replyassist_model_cost_usd_total", "replyassist_model_budget_used_ratio"} <= set(NAME.findall(panels))


def test_every_setting_is_one() -> None:
    named = {name for service in SERVICES.values() for name in service.get("environment", {})}
    named |= {name for each in OBJECTS for name in each.get("data", {})}
    named |= {each["name"] for container in containers() for each in container.get("env", [])}
    ours = {name for name in named if name.startswith("REPLYASSIST_")}
    assert ours
    assert ours <= {f"REPLYASSIST_{name.upper()}" for name in Settings.model_fields}


def test_every_command_is_one() -> None:
    known = get_command(app).commands  # type: ignore[attr-defined]
    called = [service["command"] for service in SERVICES.values() if "command" in service]
    called += [container["command"] for container in containers()]
    assert len(called) == 4
    for command in called:
        assert command[0] == "replyassist"
        assert command[1] in known


def test_workers_have_longer_to_end_than_their_jobs() -> None:
    pods = [each["spec"]["template"]["spec"] for each in OBJECTS if each["metadata"]["name"] == "replyassist-worker"]
    assert pods[0]["terminationGracePeriodSeconds"] > 30


def test_prometheus_asks_the_ports_that_are_served() -> None:
    config = yaml.safe_load((FOLDER / "prometheus.yaml").read_text())
    targets = config["scrape_configs"][0]["static_configs"][0]["targets"]
    assert targets == ["api:8000", f"worker:{SERVICES['worker']['environment']['REPLYASSIST_METRICS_PORT']}"]
