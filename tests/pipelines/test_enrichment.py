"""What a vendor's export brings is said wherever a person looks, and a new export is a new list."""

from __future__ import annotations

import json

from support import command, compose

from pipelines.validate import validate


def test_a_list_says_what_the_vendor_brought_and_a_new_export_is_a_new_list(workplace):
    folder, exported = workplace / "var/scored/demo", workplace / "var/demo/vendor.csv"
    for row, n_lists in (("", 1), ("New Ltd,new.example,Germany,5,Kafka\n", 2)):
        exported.write_text(exported.read_text(encoding="utf-8") + row, encoding="utf-8")
        done = command("predict", cwd=workplace)
        assert done.returncode == 0, done.stderr
        assert sum(one.is_dir() and not one.is_symlink() for one in folder.glob("2*")) == n_lists
    manifest = json.loads((folder / "latest/manifest.json").read_text(encoding="utf-8"))
    found = {one["column"]: one for one in manifest["enrichment"]}
    assert set(found) == {"country", "employees", "technologies"}
    assert 200 < found["technologies"]["filled"] < 500
    assert any(note.startswith("vendor: ") for note in manifest["notes"])


def test_a_training_and_its_checks_keep_the_whole_count(trained, workplace):
    (logged,) = (trained / "var/tracking/artifacts").glob("**/report/enrichment.md")
    assert logged.read_text(encoding="utf-8").startswith("## Enrichment of customers\n")
    assert validate(compose()) == 10
    checked = workplace / "var/checks/demo/enrichment.md"
    assert checked.read_text(encoding="utf-8") == logged.read_text(encoding="utf-8")
    validate(compose("~data.enrichment", "~data.precedence"))
    assert not checked.exists()
