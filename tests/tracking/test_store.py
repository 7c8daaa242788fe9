"""The registry names one champion, and what it names is what was trained."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from support import QUICK, command, compose, free_port, wait_for

from icp_ml.errors import DataError, UnavailableError
from icp_ml.tracking.exports import read_model, write_model
from icp_ml.tracking.reaching import absolute_uri, server_environment
from icp_ml.tracking.store import CHAMPION, find, load, registered, store


def settings_of(*overrides):
    return compose(*overrides).config.tracking


def test_the_champion_loads_by_alias_by_number_and_from_its_folder(workplace):
    by_alias = load(settings_of())
    by_number = load(settings_of("tracking.model=1"))
    exported = next((workplace / "models/icp_ml_demo").iterdir())
    by_folder = load(settings_of(f"tracking.model={exported}"))
    assert by_alias.version == by_number.version == by_folder.version == exported.name


def test_the_artifact_serves_where_the_export_is_gone(workplace):
    import shutil

    version = load(settings_of()).version
    shutil.rmtree(workplace / "models")
    assert load(settings_of()).version == version


def test_a_moved_project_still_loads_its_champion(workplace):
    moved = workplace.with_name("moved")
    workplace.rename(moved)
    done = command("predict", cwd=moved)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["nobody", "17", "models/nowhere"])
def test_an_unknown_model_is_unavailable(workplace, name):
    with pytest.raises(UnavailableError):
        load(settings_of(f"tracking.model={name}"))


def test_a_changed_export_is_refused_by_its_digest(workplace):
    folder = next((workplace / "models/icp_ml_demo").iterdir())
    path = folder / "model.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"n_best"', '"n_worst"'), encoding="utf-8")
    with pytest.raises(DataError, match="was changed"):
        read_model(folder, folder.name)


def test_an_export_reads_back_as_it_was_written(workplace, tmp_path):
    model = load(settings_of())
    folder = write_model(model, tmp_path / "out")
    assert read_model(folder, model.version).to_files() == model.to_files()


def test_four_first_connections_at_once_make_one_database(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: command("status", cwd=tmp_path), range(4)))
    assert [one.returncode for one in done] == [10] * 4
    assert all("Traceback" not in one.stderr for one in done)


def test_a_relative_address_is_the_same_file_from_everywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert absolute_uri("sqlite:///var/x.db") == f"sqlite:///{tmp_path}/var/x.db"
    assert absolute_uri("sqlite:////abs/x.db") == "sqlite:////abs/x.db"
    assert absolute_uri("http://127.0.0.1:5000") == "http://127.0.0.1:5000"


def test_a_server_that_is_down_is_unavailable(workplace):
    done = command(
        "predict",
        "tracking=server",
        cwd=workplace,
        MLFLOW_TRACKING_URI="http://127.0.0.1:9",
        MLFLOW_HTTP_REQUEST_MAX_RETRIES="0",
    )
    assert done.returncode == 69
    assert "Traceback" not in done.stderr


@pytest.fixture
def server(tmp_path):
    """Run a real tracking server."""
    port = free_port()
    command_line = [
        *(sys.executable, "-m", "mlflow", "server", "--port", str(port), "--workers", "1"),
        *("--backend-store-uri", f"sqlite:///{tmp_path}/server.db"),
        *("--artifacts-destination", str(tmp_path / "server")),
    ]
    environment = server_environment() | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with (tmp_path / "server.log").open("w") as log:
        started = subprocess.Popen(command_line, stdout=log, stderr=log, env=environment)
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/health", started)
        yield address
        started.terminate()
        started.wait()


def test_a_tracking_server_keeps_runs_models_and_champion(workplace, server):
    done = command("train", *QUICK, "tracking=server", cwd=workplace, MLFLOW_TRACKING_URI=server)
    assert done.returncode == 0, done.stderr
    assert "it is the champion now" in done.stdout
    settings = settings_of("tracking=server", f"tracking.uri={server}", "tracking.export_folder=elsewhere")
    with store(settings) as client:
        champion = find(client, settings, CHAMPION)
        assert registered(client, settings, "1") == champion
    assert load(settings).version == champion.model_version


def test_a_model_that_is_written_again_holds_no_report(workplace):
    model = load(compose().config.tracking)
    folder = workplace / "models/icp_ml_demo"
    assert (folder / model.version / "report").is_dir()
    written = write_model(model, folder)
    assert all(path.is_file() for path in written.iterdir())
