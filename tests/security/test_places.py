"""Names lead nowhere but where they should: folders, tables, servers."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from contextlib import ExitStack

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from support import SEARCH_PATH, called, compose, free_port, wait_for

from icp_ml.data.database_output import TableOutput
from icp_ml.data.publish import latest, point_latest
from icp_ml.errors import ConfigError, DataError, UnavailableError
from icp_ml.settings import TableOutputSettings

OUTSIDE = ("../x", "/tmp/x", "a/b", "..", "", "A B", "a\nb", "x;y")


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_name_that_becomes_a_folder_is_a_plain_word(name):
    for setting in ("data.name", "+data.enrichment"):
        value = (
            f"'{name}'"
            if setting == "data.name"
            else f"{{'{name}': {{path: x, match_on: [name], columns: {{}}}}}}"
        )
        with pytest.raises(ConfigError):
            try:
                compose(f"{setting}={value}")
            except Exception as failure:
                from icp_ml.failures import translated

                raise (failure if isinstance(failure, ConfigError) else translated(failure)) from failure


@pytest.mark.parametrize("name", [one for one in OUTSIDE if one])
def test_a_segment_is_a_plain_word(name):
    with pytest.raises(ConfigError):
        from hydra.errors import HydraException

        try:
            compose(f"+segments={{'{name}': {{label: ${{label}}}}}}")
        except HydraException as failure:
            raise ConfigError("refused by Hydra's grammar") from failure


def test_a_pointer_that_leads_elsewhere_is_not_followed(tmp_path):
    for place in ("own", "other"):
        (tmp_path / place / "list").mkdir(parents=True)
        (tmp_path / place / "list/manifest.json").write_text("{}", encoding="utf-8")
    point_latest(tmp_path / "own", "list")
    assert latest(tmp_path / "own") == tmp_path / "own/list"
    point_latest(tmp_path / "own", "../other/list")
    with pytest.raises(UnavailableError, match="leads out of its folder"):
        latest(tmp_path / "own")


def test_a_folder_that_is_itself_a_link_keeps_its_pointer(tmp_path):
    (tmp_path / "disk/list").mkdir(parents=True)
    (tmp_path / "disk/list/manifest.json").write_text("{}", encoding="utf-8")
    point_latest(tmp_path / "disk", "list")
    (tmp_path / "own").symlink_to("disk")
    assert latest(tmp_path / "own") == tmp_path / "disk/list"


def test_a_list_that_names_another_folder_as_its_model_is_refused(workplace):
    assert called("predict").returncode == 0
    exported = next((workplace / "models/icp_ml_demo").iterdir())
    shutil.copytree(exported, workplace / "evil")
    path = workplace / "var/scored/demo/latest/scored.csv"
    text = path.read_text(encoding="utf-8-sig")
    path.write_text(text.replace(exported.name, "../../evil"), encoding="utf-8-sig")
    done = called("browse")
    assert done.returncode == DataError.exit_code
    assert "is no digest of a model" in done.stderr


NAMES = st.text(
    alphabet=st.one_of(
        st.sampled_from("\"'`;-- []\\%?:$()"), st.characters(codec="utf-8", exclude_characters="\0")
    ),
    min_size=1,
    max_size=30,
).map(lambda one: f't{one}"')


@given(NAMES)
def test_a_hostile_table_name_is_refused(name):
    given = {"url": "sqlite://", "if_exists": "replace"}
    with pytest.raises(ValidationError):
        TableOutputSettings.model_validate({**given, "table": name})
    assert TableOutputSettings.model_validate({**given, "table": "crm.leads"}).table == "crm.leads"


@given(st.lists(st.text(max_size=20), min_size=1, max_size=3))
def test_a_hostile_account_name_is_only_a_name(accounts):
    """Through the very table that a scored list goes into, and out of it again."""
    given = {"url": "sqlite://", "if_exists": "replace", "table": "leads"}
    table = TableOutput(TableOutputSettings.model_validate(given), "key")._table()
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(table.insert(), [{"account_id": one, "list_key": "key"} for one in accounts])
        found = connection.execute(sa.select(table.c.account_id).where(table.c.account_id.in_(accounts)))
        assert list(found.scalars()) == accounts
    engine.dispose()


def listeners(pid):
    """List the addresses at which a process and its children wait for others."""
    import psutil

    root = psutil.Process(pid)
    found = set()
    for one in (root, *root.children(recursive=True)):
        found |= {c.laddr.ip for c in one.net_connections("inet") if c.status == psutil.CONN_LISTEN}
    return found


def test_a_cluster_that_is_started_here_listens_here_alone():
    import os

    from icp_ml.engine.reaching import connected

    before = listeners(os.getpid())
    with ExitStack() as stack:
        client = connected(None, 1, stack)
        client.wait_for_workers(1, timeout=30)
        assert "127.0.0.1" in client.dashboard_link
        found = listeners(os.getpid()) - before
        assert found | {"127.0.0.1"} == {"127.0.0.1"}, found


@pytest.mark.parametrize(("verb", "path"), [("ui", "health"), ("serve", "ping")])
def test_a_server_listens_here_alone(workplace, verb, path):
    import os

    port = free_port()
    started = subprocess.Popen(
        [sys.executable, "-m", f"pipelines.{verb}", f"tracking.port={port}"],
        cwd=workplace,
        env={**os.environ, "PYTHONPATH": SEARCH_PATH},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/{path}", started)
        assert listeners(started.pid) == {"127.0.0.1"}
    finally:
        started.send_signal(signal.SIGTERM)
        started.wait()
