from __future__ import annotations

import ast
import io
import shutil
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import ROOT

from icp_ml.settings import Config

SRC = ROOT / "src" / "icp_ml"
MODULES = sorted([*SRC.rglob("*.py"), *(ROOT / "pipelines").glob("*.py")])
NAMES = [str(path.relative_to(ROOT)) for path in MODULES]
GROUPS = sorted(
    path.name for path in (ROOT / "conf").iterdir() if path.is_dir() and path.name != "experiment"
)
SERVER_DATE = "src/icp_ml/tracking/serving.py"  # a server answers as of its own date, as documented there
UNSAFE = {"pickle", "cloudpickle", "dill", "marshal", "shelve"}
SEEDED = {"default_rng", "Generator", "RandomState"}
UNSAFE_CALLS = {"joblib.load", "pd.read_pickle", "eval", "exec"}
CLOCKS = {"now", "today", "utcnow", "time"}
NO_CODE = {
    *(tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT),
    *(tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER),
}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def contracts(place: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on a copied tree."""
    code = (
        f"import sys; sys.path[:0] = [{str(place / 'src')!r}, {str(place)!r}]\n"
        "from importlinter.cli import lint_imports_command as lint\n"
        "lint(['--no-logo', '--no-cache'])"
    )
    return subprocess.run(
        [sys.executable, "-c", code], cwd=place, capture_output=True, text=True, check=False
    )


@pytest.fixture
def tree(tmp_path) -> Path:
    for part in ("src", "pipelines"):
        shutil.copytree(
            ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("*.egg-info", "__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_import_contracts_hold(tree) -> None:
    checked = contracts(tree)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    ("module", "planted", "contract"),
    [
        ("src/icp_ml/label/won.py", "import mlflow", "Stages know no Hydra and no MLflow BROKEN"),
        ("src/icp_ml/model/boosting.py", "import icp_ml.data.sources", "Imports point one way BROKEN"),
        (
            "src/icp_ml/data/ledger/stores.py",
            "import hydra",
            "Only tracking knows MLflow, only config knows Hydra BROKEN",
        ),
    ],
)
def test_a_planted_import_breaks_its_contract(tree, module: str, planted: str, contract: str) -> None:
    path = tree / module
    path.write_text(f"{path.read_text()}\n{planted}\n")
    checked = contracts(tree)
    assert checked.returncode == 1
    assert contract in checked.stdout


@pytest.mark.parametrize("group", GROUPS)
def test_each_group_of_settings_has_the_module_and_the_field_of_its_name(group: str) -> None:
    assert group in Config.model_fields
    assert (SRC / f"{group}.py").is_file() or (SRC / group / "__init__.py").is_file()


def functions(source: str) -> Iterator[Function]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Function):
            yield node


def code_lines(source: str) -> dict[str, int]:
    """Count the lines of each function that hold code: no blank ones, comments or docstrings."""
    held: set[int] = set()
    for one in tokenize.generate_tokens(io.StringIO(source).readline):
        held |= set(range(one.start[0], one.end[0] + 1)) if one.type not in NO_CODE else set()
    counts = {}
    for node in functions(source):
        start = node.body[0].end_lineno + 1 if ast.get_docstring(node) is not None else node.lineno
        header = {line for line in held if node.lineno <= line < node.body[0].lineno}
        counts[node.name] = len(header | {line for line in held if start <= line <= node.end_lineno})
    return counts


@pytest.mark.parametrize("name", NAMES)
def test_a_module_fits_on_a_few_screens_and_its_functions_on_one(name: str) -> None:
    source = (ROOT / name).read_text()
    assert len(source.splitlines()) <= 250
    assert {one: n for one, n in code_lines(source).items() if n > 40} == {}


@pytest.mark.parametrize("name", NAMES)
def test_functions_take_five_arguments_at_most_and_are_annotated(name: str) -> None:
    for node in functions((ROOT / name).read_text()):
        given = [one for one in (*node.args.posonlyargs, *node.args.args) if one.arg not in ("self", "cls")]
        assert len(given) + len(node.args.kwonlyargs) <= 5, node.name
        assert node.returns is not None, node.name
        assert all(one.annotation is not None for one in given), node.name


def test_nine_functions_in_ten_have_twenty_lines_of_code_at_most() -> None:
    lengths = sorted(n for path in MODULES for n in code_lines(path.read_text()).values())
    assert lengths[int(0.9 * len(lengths))] <= 20


COUNTED = '''class A:
    def f(self):
        """Say.

        More.
        """
        # why

        a = (
            1
        )
        return a
'''


def test_lines_of_code_are_counted_without_docstring_comments_and_blanks() -> None:
    assert code_lines(COUNTED) == {"f": 5}


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def chance_and_time(source: str) -> list[str]:
    """Name the calls that read a clock or draw without a seed."""
    found = []
    for name, call in calls(ast.parse(source)):
        first, _, last = name.rpartition(".")
        is_clock = last in CLOCKS and first.split(".")[-1] in ("datetime", "date", "time", "Timestamp")
        is_unseeded = last in ("default_rng", "RandomState") and not (call.args or call.keywords)
        is_global = first in ("random", "np.random", "numpy.random") and last not in (
            "default_rng",
            "Generator",
        )
        is_sample = last == "sample" and "random_state" not in {one.arg for one in call.keywords}
        found += [name] if is_clock or is_unseeded or is_global or is_sample else []
    return found


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("src") and name != SERVER_DATE])
def test_time_and_chance_are_inputs(name: str) -> None:
    assert chance_and_time((ROOT / name).read_text()) == []


@pytest.mark.parametrize(
    "planted",
    ["datetime.now(UTC)", "date.today()", "time.time()", "np.random.default_rng()", "np.random.rand(3)",
     "random.random()", "rows.sample(5)", "pd.Timestamp.now()", "datetime.datetime.utcnow()"],
)  # fmt: skip
def test_a_planted_clock_or_draw_is_found(planted: str) -> None:
    assert chance_and_time(f"x = {planted}") == [planted[: planted.index("(")]]


def unsafe_loads(source: str) -> list[str]:
    """Name what could execute a stored file."""
    tree = ast.parse(source)
    modules = [one.name for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names]
    modules += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    found = [one for one in modules if one.partition(".")[0] in UNSAFE]
    return found + [
        name for name, _ in calls(tree) if name in ("joblib.load", "pd.read_pickle", "eval", "exec")
    ]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_loads_code_from_a_file(name: str) -> None:
    assert unsafe_loads((ROOT / name).read_text()) == []


@pytest.mark.parametrize("planted", ["import pickle", "from cloudpickle import load", "joblib.load(path)"])
def test_a_planted_unsafe_load_is_found(planted: str) -> None:
    assert len(unsafe_loads(planted)) == 1
