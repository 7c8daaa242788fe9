"""A model's folder holds what was trained, or nothing is loaded from it."""

from __future__ import annotations

import json
import shutil

import pytest
from small import remembering
from support import called, compose

from icp_ml.errors import DataError, IcpError
from icp_ml.model.digests import digest_of
from icp_ml.tracking.exports import read_model, write_model
from icp_ml.tracking.serving import _load_pyfunc, check_artifact
from icp_ml.tracking.store import load, store, stored_folder


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Give the folder of a small model; not to be written to."""
    return write_model(remembering("blend"), tmp_path_factory.mktemp("models"))


@pytest.fixture
def folder(written, tmp_path):
    return shutil.copytree(written, tmp_path / written.name)


def names_of(folder):
    return sorted(path.name for path in folder.iterdir())


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def forge(folder, name, old, new):
    """Change a file, and its digest in model.json with it."""
    before = digest_of((folder / name).read_text(encoding="utf-8"))
    edit(folder / name, old, new)
    edit(folder / "model.json", before, digest_of((folder / name).read_text(encoding="utf-8")))


def test_a_change_of_a_byte_in_any_file_is_found_and_the_file_named(written, tmp_path):
    for name in names_of(written):
        folder = shutil.copytree(written, tmp_path / name / written.name)
        content = bytearray((folder / name).read_bytes())
        content[len(content) // 2] ^= 1
        (folder / name).write_bytes(content)
        with pytest.raises(DataError, match=name) as refused:
            read_model(folder)
        assert "Restore it" in refused.value.fix


def test_a_file_that_is_lacking_is_named(written, tmp_path):
    for name in [one for one in names_of(written) if one != "model.json"]:
        folder = shutil.copytree(written, tmp_path / name / written.name)
        (folder / name).unlink()
        with pytest.raises(DataError, match=f"{name}: is not there"):
            read_model(folder)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("model.json", '"best_fit": 0.', '"best_fit": 0.0'),
        ("model.json", '"slope": ', '"slope": 1e308'),
        ("model.json", '"facts": {', '"facts": {"n": ' + "9" * 5_000 + ","),
        ("model.json", '"facts": {', '"facts": {"x": NaN,'),
        ("model.json", '"facts": {', '"unheard_of": {},\n "facts": {'),
        ("model.json", '"facts": {', '"facts": {"deep": ' + "[" * 100_000 + "]" * 100_000 + ","),
        ("model.json", "\n", "\r\n"),
        ("model.json", '"digests": {', '"digests": {"../../etc/passwd": "",'),
    ],
)
def test_an_edited_model_json_is_refused(folder, name, old, new):
    edit(folder / name, old, new)
    with pytest.raises(DataError, match=r"model\.json: |passwd: is not there"):
        read_model(folder)


def test_a_file_changed_together_with_its_digest_is_refused(folder):
    forge(folder, "linear.json", '"intercept": ', '"intercept": 1')
    with pytest.raises(DataError, match=r"model\.json: was changed \(its digest is"):
        read_model(folder)


def test_a_further_file_is_refused(folder):
    (folder / "trees_99.txt").write_text("tree", encoding="utf-8")
    with pytest.raises(DataError, match=r"trees_99\.txt: does not belong to it"):
        read_model(folder)


def test_a_link_out_of_the_folder_is_not_followed(folder, tmp_path):
    (folder / "encoder.json").rename(tmp_path / "encoder.json")
    (folder / "encoder.json").symlink_to(tmp_path / "encoder.json")
    with pytest.raises(DataError, match=r"encoder\.json: is no file of this folder"):
        read_model(folder)


def test_a_renamed_folder_is_refused_and_a_link_to_it_is_not(folder):
    link = folder.with_name("mine")
    link.symlink_to(folder.name)
    assert read_model(link).version == folder.name
    renamed = folder.rename(folder.with_name("best"))
    with pytest.raises(DataError, match="its folder was renamed"):
        read_model(renamed)


def test_bytes_that_are_no_text_are_refused(folder):
    (folder / "observed.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match=r"observed\.json: cannot be read"):
        read_model(folder)


def tamper(folder):
    edit(folder / "model.json", '"good_fit": 0.', '"good_fit": 0.0')


def test_a_tampered_export_stops_a_list(workplace):
    exported = next((workplace / "models/icp_ml_demo").iterdir())
    tamper(exported)
    for named in ("champion", "1", str(exported)):
        done = called("predict", f"tracking.model={named}")
        assert done.returncode == 65
        assert "model.json: was changed" in done.stderr


def test_a_tampered_artifact_stops_a_list_and_a_server(workplace):
    shutil.rmtree(workplace / "models")
    settings = compose().config.tracking
    load(settings)
    stored = stored_folder(settings, "1")
    tamper(stored)
    assert called("predict").returncode == 65
    assert called("serve").returncode == 65
    with pytest.raises(DataError, match=r"model\.json: was changed"):
        _load_pyfunc(str(stored))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("loader_module: icp_ml.tracking.serving", "loader_module: mlflow.pyfunc.model"),
        ("loader_module: icp_ml.tracking.serving", "loader_module: icp_ml.tracking.serving\n    code: code"),
        ("loader_module: icp_ml.tracking.serving", "loader_module: &x !!python/object/apply:os.getpid []"),
        ("data: data/", "data: ../../data/"),
        ("flavors:", "flavors:\n  sklearn: {pickled_model: model.pkl}"),
    ],
)
def test_a_server_loads_by_our_module_alone(workplace, old, new):
    """MLflow would import what its MLmodel names, and read a pickle that it names."""
    settings = compose().config.tracking
    with store(settings):
        described = stored_folder(settings, "1").parents[1] / "MLmodel"
    assert described.is_relative_to(workplace)
    check_artifact(described.parent)
    edit(described, old, new)
    done = called("serve")
    assert done.returncode == 65
    assert "MLmodel is not as it was logged" in done.stderr


@pytest.mark.parametrize("version", ["../elsewhere", "/tmp", "", "a/b", ".", "..", "0" * 11])
def test_a_version_that_is_no_digest_names_no_folder(workplace, version):
    from icp_ml.tracking.versions import load_version

    settings = compose().config.tracking
    with store(settings) as client:
        client.set_model_version_tag(settings.registered_model, "1", "model_version", version or " ")
    for attempt in (lambda: load(settings), lambda: load_version(settings, version)):
        with pytest.raises(IcpError, match="no digest of a model"):
            attempt()


def test_nothing_of_a_training_is_a_pickle(workplace):
    found = [path for path in workplace.rglob("*") if path.is_file() and not path.is_symlink()]
    assert found
    for path in found:
        start = path.read_bytes()[:2]
        assert path.suffix not in (".pkl", ".pickle", ".joblib", ".dill", ".cloudpickle"), path
        assert not (start[:1] == b"\x80" and start[1:] in b"\x02\x03\x04\x05"), path
    described = next(workplace.rglob("MLmodel")).read_text(encoding="utf-8")
    assert "loader_module: icp_ml.tracking.serving" in described
    assert "python_model" not in described


def test_a_model_is_read_without_running_anything(written, tmp_path):
    """A text that would run if any part of loading evaluated it."""
    folder = shutil.copytree(written, tmp_path / written.name)
    content = json.loads((folder / "prospects.json").read_text(encoding="utf-8"))
    content["columns"]["name"] = {
        "_target_": "os.system",
        "from": f"__import__('os').mkdir('{tmp_path}/ran')",
    }
    (folder / "prospects.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(DataError):
        read_model(folder)
    assert not (tmp_path / "ran").exists()
