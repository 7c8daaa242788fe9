"""Whatever comes in, what comes out is a result or an error of ours.

A short search here; a long one with HYPOTHESIS_PROFILE=long (docs/security.md).
"""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from contextlib import suppress
from copy import deepcopy
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from small import remembering
from support import compose

from icp_ml.data.checks import Findings
from icp_ml.data.publish import read_json
from icp_ml.data.sources import read_batches, source_digest
from icp_ml.data.tables import table_batches
from icp_ml.errors import ConfigError, DataError, IcpError
from icp_ml.model.candidate import Model
from icp_ml.model.digests import digest_of
from icp_ml.parsing import notation, parse_column
from icp_ml.schema import Kind
from icp_ml.settings import ColumnSettings, DataSettings, FileSettings
from icp_ml.tracking.exports import read_model, write_model

FEW = settings(max_examples=settings().max_examples // 5)
"""For what takes a tenth of a second a time."""
ENDINGS = ("csv", "csv.gz", "parquet", "xlsx", "tsv", "zip", "txt", "csv.xz", "csv.zst", "xls")
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "utf-16", "latin-1", "utf-32", "shift_jis", "no-such", "idna")
SIGNS = "\0\"',;|\t\r\n\\=+-@.:()[]{}%$€£¥ ０１½²³∞−–aZ019éßİı漢字\ufeff\ud7ff\u2028\u200b\U0001f600"
texts = st.text(
    alphabet=st.one_of(st.sampled_from(SIGNS), st.characters(exclude_categories=["Cs"])), max_size=40
)
NUMBER_WORDS = ("1e309", "-1e-400", "1" * 400, "nan", "inf", "1/0", "2024-13-45", "0000-00-00", "$", "€3 Mio")
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(10**300, 10**320),
    st.floats(),
    texts,
    st.sampled_from(NUMBER_WORDS),
    st.dates(),
    st.datetimes(),
    st.binary(max_size=20),
    st.decimals(allow_nan=False),
)
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts, st.sampled_from(NUMBER_WORDS)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=6,
)


def read_whole(content, name, **settings):
    """Read a list of prospects to its end, and its digest."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        table = {
            "path": str(path),
            "columns": {"account_id": "id", "name": "name", "revenue": "b"},
            **settings,
        }
        given = {"name": "x", "root": ".", "today": "2026-01-01", "missing": [""], "prospects": table}
        mapping = DataSettings.model_validate(given)
        batches = list(table_batches("prospects", mapping, 3, Findings()))
        source_digest(mapping.prospects)
        return sum(len(one.rows) for one in batches)


def packed(rows, ending):
    """Write a small list in a form."""
    lines = "\n".join(",".join(row) for row in rows).encode()
    if ending == "parquet":
        stream = io.BytesIO()
        pd.DataFrame(rows[1:], columns=rows[0]).to_parquet(stream)
        return stream.getvalue()
    if ending == "xlsx":
        book, stream = Workbook(), io.BytesIO()
        for row in rows:
            book.active.append(row)
        book.save(stream)
        return stream.getvalue()
    if ending == "zip":
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("a.csv", lines)
        return stream.getvalue()
    return gzip.compress(lines, mtime=0) if ending == "csv.gz" else lines


GOOD = {
    ending: packed([["id", "name", "b"], ["1", "Acme", "2"], ["2", "Bolt", "3"]], ending)
    for ending in ("csv", "csv.gz", "parquet", "xlsx", "zip")
}


def mutated(content, at, cut, put):
    """Replace some bytes of a content, counted from anywhere in it."""
    start = at % (len(content) + 1)
    return content[:start] + put + content[start + cut :]


@pytest.mark.parametrize("ending", sorted(GOOD))
def test_what_the_mutations_start_from_can_be_read(ending):
    assert read_whole(GOOD[ending], f"list.{ending}") == 2


@FEW
@given(st.binary(max_size=300), st.sampled_from(ENDINGS), st.sampled_from(ENCODINGS), st.text(max_size=2))
def test_random_bytes_are_read_or_refused(content, ending, encoding, delimiter):
    with suppress(IcpError):
        read_whole(content, f"list.{ending}", encoding=encoding, delimiter=delimiter)


@FEW
@given(
    st.lists(st.lists(texts, max_size=5), max_size=5),
    st.sampled_from(ENCODINGS[:6]),
    st.sampled_from(",;|\t "),
)
def test_random_cells_are_read_or_refused(rows, encoding, delimiter):
    lines = [["id", "name", "b"], *rows]
    content = "\n".join(delimiter.join(row) for row in lines).encode(encoding, "replace")
    with suppress(IcpError):
        read_whole(content, "list.csv", encoding=encoding, delimiter=delimiter)


@given(st.sampled_from(sorted(GOOD)), st.integers(0, 10_000), st.integers(0, 50), st.binary(max_size=8))
def test_a_damaged_file_is_read_or_refused(ending, at, cut, put):
    with suppress(IcpError):
        read_whole(mutated(GOOD[ending], at, cut, put), f"list.{ending}")


@FEW
@given(st.sampled_from(get_args(Kind)), st.lists(st.one_of(leaves, st.lists(leaves, max_size=3)), max_size=6))
def test_every_kind_of_value_is_parsed_whatever_it_is(kind, values):
    given = pd.Series(values, dtype=object)
    for form in (
        {},
        {"decimal": ",", "date_order": "dmy", "separator": ";", "system": "naics", "unit": 1e300},
    ):
        column = ColumnSettings.model_validate({"from": "x", **form})
        parsed = parse_column(given, kind, column, ("", "-1", "nan"))
        assert len(parsed.values) == len(values)
        assert parsed.n_known == int(parsed.values.notna().sum())


@given(st.sampled_from(get_args(Kind)), st.lists(texts, min_size=1, max_size=8))
def test_every_kind_of_text_is_parsed_whatever_it_says(kind, values):
    written = notation(("",), None, None)
    column = ColumnSettings.model_validate("x")
    together = parse_column(pd.Series(values, dtype="str"), kind, column, written.missing)
    alone = parse_column(pd.Series(values[:1], dtype="str"), kind, column, written.missing)
    assert together.values[:1].equals(alone.values)


@cache
def composed():
    """Give the whole configuration as plain values, and the path of each of its settings."""
    from hydra import compose as hydra_compose
    from hydra import initialize_config_dir
    from omegaconf import OmegaConf

    from icp_ml.config import CONF

    with initialize_config_dir(str(CONF), version_base="1.3"):
        values = OmegaConf.to_container(hydra_compose("config", []), resolve=True)
    return values, tuple(paths_of(values))


def paths_of(value, path=()):
    if path:
        yield path
    if isinstance(value, dict):
        for name, one in value.items():
            yield from paths_of(one, (*path, name))


@FEW
@given(st.data())
def test_a_setting_of_any_value_is_taken_or_named(data):
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    from icp_ml.config import checked

    values, paths = composed()
    path = data.draw(st.sampled_from(paths))
    changed = deepcopy(values)
    inside = changed
    for name in path[:-1]:
        inside = inside[name]
    inside[path[-1]] = data.draw(anything)
    with suppress(OmegaConfBaseException):  # said in our words by failures.translated
        made = OmegaConf.create(changed)
        with suppress(ConfigError):
            checked(made)


@FEW
@given(
    st.sampled_from(["label", "today", "seed", "data.name", "notify.urls", "a b", "+x", "~data", ""]), texts
)
def test_an_override_of_any_text_is_taken_or_refused(name, value):
    from icp_ml.failures import translated

    try:
        compose(f"{name}={value}")
    except IcpError:
        pass
    except Exception as failure:
        assert isinstance(translated(failure), ConfigError), repr(failure)


@cache
def model_files():
    return remembering("blend").to_files()


@FEW
@given(
    st.sampled_from(sorted(remembering("blend").to_files())), st.integers(0, 10**7), st.integers(0, 80), texts
)
def test_a_changed_model_is_refused_before_it_is_understood(name, at, cut, put):
    files = model_files()
    changed = mutated(files[name].encode(), at, cut, put.encode())
    with TemporaryDirectory() as place:
        folder = write_model(remembering("blend"), Path(place))
        (folder / name).write_bytes(changed)
        if changed != files[name].encode():
            with pytest.raises(DataError, match="as it was written"):
                read_model(folder)


JSON_FILES = (
    "model.json",
    "encoder.json",
    "prospects.json",
    "observed.json",
    "linear.json",
    "blend.json",
    "exemplars.json",
)


@given(st.data())
def test_a_forged_model_is_loaded_or_refused(data):
    """Its digests made to fit: nothing but the loader stands between."""
    files = dict(model_files())
    name = data.draw(st.sampled_from(JSON_FILES))
    content = json.loads(files[name])
    path = data.draw(st.sampled_from(list(paths_of(content))))
    inside = content
    for one in path[:-1]:
        inside = inside[one]
    if data.draw(st.booleans()):
        del inside[path[-1]]
    else:
        inside[path[-1]] = data.draw(anything)
    files[name] = json.dumps(content)
    whole = json.loads(files["model.json"])
    if name != "model.json" and isinstance(whole.get("digests"), dict):
        whole["digests"][name] = digest_of(files[name])
        files["model.json"] = json.dumps(whole)
    with suppress(IcpError):
        Model.from_files(files)


@given(st.one_of(st.binary(max_size=60), anything.map(lambda one: json.dumps(one).encode())))
def test_a_damaged_manifest_is_refused(content):
    from pipelines.manifests import read_manifest

    with TemporaryDirectory() as folder:
        path = Path(folder) / "manifest.json"
        path.write_bytes(content)
        for read in (lambda: read_json(path), lambda: read_manifest(Path(folder))):
            with suppress(IcpError):
                read()


MANIFEST = {
    "key": "k",
    "today": "2026-01-01",
    "rows_in": 1,
    "rows_scored": 1,
    "segments": {"all": {"model_version": "0" * 12}},
}


@given(st.sampled_from(sorted(MANIFEST)), anything)
def test_a_manifest_with_any_value_is_read_or_refused(name, value):
    from pipelines.manifests import read_manifest

    with TemporaryDirectory() as folder:
        (Path(folder) / "manifest.json").write_text(json.dumps({**MANIFEST, name: value}), encoding="utf-8")
        with suppress(DataError):
            found = read_manifest(Path(folder))
            assert all(isinstance(one["model_version"], str) for one in found["segments"].values())


@pytest.mark.parametrize(
    "text", ["[" * 200_000, '{"a":' * 200_000, "9" * 100_000, "NaN", "", "\ufeff{}", "null"]
)
def test_a_manifest_that_is_deep_or_huge_is_refused(tmp_path, text):
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(DataError):
        read_json(tmp_path / "manifest.json")


def test_a_compressed_file_that_grows_without_end_takes_no_memory(tmp_path):
    """One cell of 100 MB in a file of 100 kB."""
    import tracemalloc

    path = tmp_path / "list.csv.gz"
    with gzip.open(path, "wb") as stream:
        stream.write(b'id,name\n1,"')
        for _ in range(100):
            stream.write(b"a" * 1_000_000)
    tracemalloc.start()
    with suppress(IcpError):
        list(read_batches(FileSettings(path=str(path)), ["id"], 10))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100_000_000
