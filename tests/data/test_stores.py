"""Object stores and the web: found, copied here once, and written to with the manifest last."""

from __future__ import annotations

import functools
import gzip
import http.server
import json
import threading
from pathlib import Path

import fsspec
import pyarrow as pa
import pytest
from pyarrow import parquet
from support import compose

from icp_ml.data.copies import brought, with_copies
from icp_ml.data.sources import place_name, read_all, read_batches, source_digest, source_paths, source_size
from icp_ml.data.stores import check_store, put_folder
from icp_ml.errors import UnavailableError
from icp_ml.settings import FileSettings

PLAIN = b"id,name\n1,Acme\n2,Borg\n"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def web(tmp_path):
    """Serve a folder on the web; give the folder and its address."""
    folder = tmp_path / "web"
    folder.mkdir()
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def s3():
    """Give a bucket on a server that speaks S3, and the way to reach it."""
    pytest.importorskip("s3fs", reason="s3fs is not installed: pip install 'icp_ml[s3]'")
    moto = pytest.importorskip("moto.server", reason="moto is not installed")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    given = {"endpoint_url": f"http://127.0.0.1:{port}", "key": "k", "secret": "s"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(fsspec.config.conf, "s3", given)
        fsspec.filesystem("s3").mkdir("s3://crm")
        yield "s3://crm"
    server.stop()


def elsewhere(path, folder, **settings):
    return FileSettings(path=path, copied_to=str(folder / "copies" / "one"), **settings)


def ids(file):
    return read_all(file, ["id"])["id"].astype(str).tolist()


def test_a_compressed_file_on_the_web_is_read(web, tmp_path):
    folder, address = web
    (folder / "list.csv.gz").write_bytes(gzip.compress(PLAIN))
    file = elsewhere(f"{address}/list.csv.gz?token=s3cret", tmp_path)
    assert ids(file) == ["1", "2"]
    assert place_name(file) == "list.csv.gz"
    [batch] = read_batches(file, ["id"], 10)
    assert batch.source == "list.csv.gz"
    assert batch.n_bytes == source_size(file) > 0


def partitioned(address):
    for country, number in (("DE", 1), ("US", 2)):
        with fsspec.open(f"{address}/list/country={country}/a.parquet", "wb") as stream:
            parquet.write_table(pa.table({"id": [number]}), stream)
    for hidden in ("_SUCCESS", ".tmp/b.parquet", "readme.md"):
        with fsspec.open(f"{address}/list/{hidden}", "wb") as stream:
            stream.write(b"no table")


@pytest.mark.parametrize("store", ["memory", "s3"])
@pytest.mark.parametrize(
    "path", ["list", "list/", "list/*/*.parquet", "list/**/*.parquet", "li*/country=*/a.parquet"]
)
def test_partitioned_folders_and_globs_of_a_store_are_read(request, tmp_path, store, path):
    address = request.getfixturevalue("s3") if store == "s3" else "memory://crm"
    partitioned(address)
    file = elsewhere(f"{address}/{path}", tmp_path)
    rows = read_all(file, ["id", "country"])
    assert rows.to_numpy().tolist() == [[1, "DE"], [2, "US"]]


def test_a_file_address_is_read_as_the_file_is(tmp_path):
    (tmp_path / "list.csv").write_bytes(PLAIN)
    here, there = (
        FileSettings(path=str(tmp_path / "list.csv")),
        elsewhere(f"file://{tmp_path}/list.csv", tmp_path),
    )
    assert ids(there) == ids(here)
    assert source_digest(there) == source_digest(here)


def test_what_is_digested_is_what_is_read_though_it_grows_meanwhile(web, tmp_path):
    folder, address = web
    (folder / "list.csv").write_bytes(PLAIN)
    file = elsewhere(f"{address}/list.csv", tmp_path)
    before = source_digest(file)
    (folder / "list.csv").write_bytes(PLAIN + b"3,Cusp\n")
    assert (ids(file), source_digest(file)) == (["1", "2"], before)


@pytest.mark.parametrize("name", ["nope.csv", "nope/*.parquet", "nope/"])
@pytest.mark.parametrize("store", ["memory", "s3", "web"])
def test_what_is_not_there_is_said_and_nothing_is_kept(request, tmp_path, store, name):
    given = None if store == "memory" else request.getfixturevalue(store)
    address = {"memory": "memory://crm", "s3": given, "web": given and given[1]}[store]
    file = elsewhere(f"{address}/{name}", tmp_path)
    with pytest.raises(UnavailableError) as failure:
        source_paths(file)
    assert name in str(failure.value)
    assert not Path(file.copied_to).exists()


@pytest.mark.parametrize(
    "address", ["http://me:s3cret@127.0.0.1:9/a.csv", "https://127.0.0.1:9/a.csv?X-Sig=s3cret"]
)
def test_no_message_shows_what_lets_somebody_in(tmp_path, address):
    with pytest.raises(UnavailableError) as failure:
        source_paths(elsewhere(address, tmp_path))
    assert "s3cret" not in str(failure.value)


@pytest.mark.parametrize(("address", "said"), [("gs://crm/x", r"icp_ml\[gcs\]"), ("nosuch://crm/x", "Check")])
def test_a_store_without_its_client_names_what_to_install(address, said):
    if address.startswith("gs") and any(Path(one, "gcsfs").is_dir() for one in __import__("sys").path):
        pytest.skip("gcsfs is installed")
    with pytest.raises(UnavailableError, match=said):
        check_store(address)


@pytest.mark.parametrize("store", ["memory", "s3", "folder"])
def test_a_finished_folder_is_copied_with_its_manifest_last(request, tmp_path, store):
    address = {"memory": "memory://crm", "folder": str(tmp_path / "share")}.get(
        store
    ) or request.getfixturevalue("s3")
    folder = tmp_path / ".working"
    (folder / "scored").mkdir(parents=True)
    for name in ("manifest.json", "refused.csv", "scored/part-000000.parquet", "zzz.csv"):
        (folder / name).write_text(name)
    put_folder(folder, f"{address}/scores", "2026-01-01_abc")
    fs, root = fsspec.core.url_to_fs(f"{address}/scores/2026-01-01_abc")
    names = sorted(one.removeprefix(root).lstrip("/") for one in fs.find(root))
    assert names == ["manifest.json", "refused.csv", "scored/part-000000.parquet", "zzz.csv"]
    made = {name: fs.modified(f"{root}/{name}") for name in names}
    assert made["manifest.json"] == max(made.values())


def test_each_source_that_lies_elsewhere_gets_a_copy_of_its_own(tmp_path):
    overrides = ["data.prospects.path=s3://crm/list.csv", "data.customers.path=here.csv"]
    mapping = compose(*overrides).config.data
    copied = with_copies(mapping, tmp_path)
    assert copied.customers.copied_to is None
    assert Path(copied.prospects.copied_to).parent == tmp_path
    assert copied.model_dump() == mapping.model_dump()  # what a result is known by does not change


def test_a_copy_is_made_once_by_many_readers(web, tmp_path):
    folder, address = web
    (folder / "list.csv").write_bytes(PLAIN)
    file = elsewhere(f"{address}/list.csv", tmp_path)
    readers = [threading.Thread(target=brought, args=(file,)) for _ in range(6)]
    for one in readers:
        one.start()
    for one in readers:
        one.join()
    assert json.dumps(ids(file)) == '["1", "2"]'
