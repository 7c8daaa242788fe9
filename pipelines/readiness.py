"""The stages before a model, and the checks of what they made: what train and validate share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from icp_ml.config import Run, stage
from icp_ml.errors import count

if TYPE_CHECKING:
    from icp_ml.checks import Accounts, Case, Finding
    from icp_ml.checks.failures import Stage
    from icp_ml.data.outcomes import TrainingTables
    from icp_ml.label import Labels
    from icp_ml.model.training import TrainingSet
    from icp_ml.split import Split


@dataclass(frozen=True)
class Prepared:
    """What the stages before a model made.

    Attributes
    ----------
    tables : TrainingTables
    labels : Labels
    splits : sequence of Split
        The newest first, as `rolling_origins` gives them.
    rows : TrainingSet
        All label rows beside their firmographics.
    case : Case
        What the checks look at.
    """

    tables: TrainingTables
    labels: Labels
    splits: Sequence[Split]
    rows: TrainingSet
    case: Case

    @property
    def training(self) -> TrainingSet:
        """Give the rows to learn from."""
        return self.rows.part(self.splits[0].train)

    @property
    def notes(self) -> list[str]:
        """Say what was left out, filled in or assumed on the way."""
        said = [*self.tables.notes, *self.labels.notes, *(one for cut in self.splits for one in cut.notes)]
        return list(dict.fromkeys(said))


@dataclass
class Attempt:
    """The stages before a model, as far as they came, what stopped them, and what was noticed on the way.

    A strict one fails as the stage failed, with its own words and exit status, where no check would say more:
    a source, a table or a mapping that is wrong.
    """

    is_strict: bool = False
    tables: TrainingTables | None = None
    labels: Labels | None = None
    splits: Sequence[Split] = ()
    rows: TrainingSet | None = None
    case: Case | None = None
    stopped: list[Finding] = field(default_factory=list)
    noticed: list[Finding] = field(default_factory=list)

    def tried(self, action: Callable[[], Any], name: Stage) -> Any:
        """Give what an action gives; None where it fails, and what stopped it among the findings."""
        from icp_ml.checks.failures import failure_findings
        from icp_ml.errors import DataError, IcpError

        try:
            return action()
        except IcpError as failure:
            if self.is_strict and (name == "data" or not isinstance(failure, DataError)):
                raise
            self.stopped += [one for one in failure_findings(failure, name) if one not in self.stopped]
            return None

    def prepared(self, findings: list[Finding]) -> Prepared:
        """Give what was made, where no check stops.

        Raises
        ------
        DataError
            Naming every stop with its fix.
        """
        from icp_ml.checks import stop_if_any

        stop_if_any(findings)
        assert self.tables and self.labels and self.splits and self.rows and self.case
        return Prepared(self.tables, self.labels, self.splits, self.rows, self.case)


def attempt(run: Run, is_strict: bool = False) -> Attempt:
    """Run the stages before a model as far as they go."""
    found = Attempt(is_strict)
    with stage(run.named("data")) as say:
        found.tables = _read(run, found)
        say(found.tables.summary() or "no table", found.tables.notes)
        found.case = found.tried(lambda: _unlabelled(run, found), "data")
    if run.config.label.definition != "rubric" and not found.stopped:
        _label(run, found)
    return found


def examined(run: Run, found: Attempt) -> list[Finding]:
    """Run every check that there is material for, and add what stopped the stages before."""
    from icp_ml.checks import check, with_acknowledgements

    settings = run.config.checks
    findings = [] if found.case is None else check(found.case, settings, run.config.seed)
    return with_acknowledgements([*found.stopped, *found.noticed, *findings], settings.acknowledged)


def _label(run: Run, found: Attempt) -> None:
    from icp_ml.data.outcomes import training_set
    from icp_ml.label import label_rows
    from icp_ml.split import rolling_origins

    config, tables = run.config, found.tables
    assert tables is not None and found.case is not None
    with stage(run.named("label")) as say:
        found.labels = found.tried(lambda: label_rows(tables.rows, config.label, config.today), "label")
        said = ["failed"] if found.labels is None else [f"best is {found.labels.meaning}"]
        for part in [*said, *([] if found.labels is None else [found.labels.summary()])]:
            say(part)
    labels = found.labels
    if labels is None:
        return
    with stage(run.named("split")) as say:
        splits = found.tried(lambda: rolling_origins(labels.rows, config.split, config.seed), "split")
        found.splits = splits or ()
        say(_split_line(found.splits), found.splits[0].notes if found.splits else ())
    share = _share_features(found.case)
    fitting = Attempt(is_strict=found.is_strict and share)
    found.rows = fitting.tried(lambda: training_set(tables, labels.rows, config.data), "data")
    found.stopped += fitting.stopped if share else []
    newest = found.splits[0] if found.splits else None
    found.case = replace(found.case, labels=labels, training=found.rows, split=newest)


def _split_line(splits: Sequence[Split]) -> str:
    if not splits:
        return "failed"
    earlier = f"; and {count(len(splits) - 1, 'earlier test')}" if len(splits) > 1 else ""
    return f"{splits[0].summary()}{earlier}"


def _share_features(case: Case) -> bool:
    """Say whether customers and prospects share a feature; where they do not, a check of its own says so."""
    if case.customers is None or case.prospects is None:
        return True
    ours, theirs = case.customers.fields, case.prospects.fields
    return any(name in theirs and case.is_learnt(name, one) for name, one in ours.items())


def _read(run: Run, found: Attempt) -> TrainingTables:
    """Read the tables that a label needs; where one cannot be read, try the others all the same."""
    from icp_ml.data.outcomes import TrainingTables, label_tables
    from icp_ml.data.pooling import pooled
    from icp_ml.data.segments import in_segment
    from icp_ml.data.tables import read_table
    from icp_ml.label import useful_tables

    mapping, label = run.config.data, run.config.label
    segment = run.config.segments[run.segment]

    read: TrainingTables | None = found.tried(lambda: label_tables(mapping, label), "data")
    if read is not None:
        whole = pooled(read, run.config.matching)
        part = found.tried(lambda: in_segment(whole, run.segment, segment, mapping), "data")
        return part or TrainingTables({}, {})
    wanted = [one for one in ("customers", *useful_tables(label)) if getattr(mapping, one) is not None]
    each = {name: found.tried(partial(read_table, name, mapping), "data") for name in wanted}
    return TrainingTables({name: table for name, table in each.items() if table is not None}, {})


def _unlabelled(run: Run, found: Attempt) -> Case:
    """Put together what the checks look at, the first rows of the list of prospects included."""
    from icp_ml.checks import Accounts, Case
    from icp_ml.data.samples import free_mail_share, headings

    config, n_rows = run.config, run.config.checks.prospect_rows
    assert found.tables is not None
    customers = found.tables.tables.get("customers")
    return Case(
        today=config.today,
        features=config.features,
        customers=None if customers is None else Accounts(customers.rows, customers.fields),
        prospects=_prospects(run, found),
        outcomes={name: rows for name, rows in found.tables.rows.items() if name != "customers"},
        n_values={
            f"{name}.{column}": (n_strange, n_strange + table.findings.n_known[column])
            for name, table in found.tables.tables.items()
            for column, forms in table.findings.not_understood.items()
            if (n_strange := sum(forms.values()))
        },
        headings=headings(config.data),
        free_mail_share=0.0 if customers is None else free_mail_share(config.data, n_rows),
    )


def _prospects(run: Run, found: Attempt) -> Accounts | None:
    """Read the first rows of the list that the segment covers; a list that is not there stops nobody.

    Raises
    ------
    ConfigError
        The list does not have a column that segments are cut by.
    """
    from icp_ml.checks import Finding
    from icp_ml.data.samples import prospect_sample
    from icp_ml.data.segments import check_segments, covers, overlaps
    from icp_ml.errors import DataError, UnavailableError

    config = run.config
    check_segments(config.data, config.segments)
    try:
        sample = prospect_sample(config.data, config.checks.prospect_rows)
    except (DataError, UnavailableError) as failure:
        found.noticed.append(Finding("prospects_unread", "", failure.what))
        return None
    if sample is None:
        return None
    shared = [
        line for line in overlaps(config.data, config.segments, sample.rows) if _names(line, run.segment)
    ]
    found.noticed += [Finding("segments_overlap", "", line) for line in shared]
    mine = {run.segment: config.segments[run.segment]}
    is_covered = covers(sample.rows, "prospects", mine, config.data)[run.segment]
    return replace(sample, rows=sample.rows.loc[is_covered].reset_index(drop=True))


def _names(line: str, segment: str) -> bool:
    """Say whether a warning of overlaps is about a segment."""
    return f"by {segment} " in line or f"by {segment}:" in line
