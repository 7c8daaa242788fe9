"""What is sent to a CRM after a scheduled run: which columns, found by which key, compared by which cells."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from icp_ml.data.crm.answers import source_identities
from icp_ml.data.crm.cells import FORMS, Form, check_columns
from icp_ml.data.sources import source_digest
from icp_ml.errors import ConfigError, UnavailableError, examples
from icp_ml.scoring import SCORED_COLUMNS
from icp_ml.settings import CrmSettings, OutputSettings
from icp_ml.settings.output import Preset


@dataclass(frozen=True)
class CrmPlan:
    """The import that a scheduled run writes.

    Attributes
    ----------
    preset : "salesforce" or "hubspot"
    settings : CrmSettings
    output : OutputSettings
        Its columns, and the rows that it leaves out.
    today : date
    """

    preset: Preset
    settings: CrmSettings
    output: OutputSettings
    today: date

    @property
    def form(self) -> Form:
        """Give how this CRM wants its values."""
        return FORMS[self.preset]

    @property
    def columns(self) -> Mapping[str, str]:
        """Give ours by theirs."""
        return self.output.presets[self.preset]

    @property
    def key(self) -> str:
        """Name the column of theirs that finds a record: the first one."""
        return next(iter(self.columns))

    @property
    def compared(self) -> list[str]:
        """Name the columns of theirs by which a row has changed."""
        ignored = self.settings.ignores
        return [theirs for theirs, ours in self.columns.items() if theirs != self.key and ours not in ignored]

    @property
    def emptied(self) -> dict[str, str]:
        """Give the columns that are emptied when a row is gone: ours alone, never the name of the account."""
        names = ("account_id", "name")
        return {theirs: ours for theirs, ours in self.columns.items() if ours not in names}


def crm_plan(settings: CrmSettings, output: OutputSettings, today: date) -> CrmPlan | None:
    """Plan the import of the rows that changed; None where none is asked for."""
    return CrmPlan(settings.preset, settings, output, today) if settings.preset is not None else None


def check_crm(plan: CrmPlan) -> None:
    """Stop before the work begins where the import cannot be made.

    Raises
    ------
    ConfigError
        Its columns are not given, or it names columns that no scored list has.
    """
    if not plan.output.presets.get(plan.preset):
        what = f"scoring.output.presets lacks the columns of {plan.preset}, which rescore.crm.preset names."
        raise ConfigError(what, fix="Give them in conf/scoring.")
    check_columns(plan.output, plan.preset)
    unknown = [name for name in plan.settings.ignores if name not in SCORED_COLUMNS]
    if unknown:
        what = f"rescore.crm.ignores names columns that no scored list has: {examples(unknown)}."
        raise ConfigError(what, [f"it has: {', '.join(SCORED_COLUMNS)}"], "Correct them in conf/rescore.")


def crm_digests(settings: CrmSettings) -> dict[str, str]:
    """Digest what the CRM is given, and has answered: a run depends on it too; "" of what is not there."""
    if settings.preset is None:
        return {}
    found = {"crm": hashlib.sha256(settings.model_dump_json().encode()).hexdigest()}
    if settings.export is not None:
        try:
            found["crm.export"] = source_digest(settings.export)
        except UnavailableError:
            found["crm.export"] = ""
    if settings.refused is not None:
        found["crm.refused"] = " ".join(sorted(source_identities(settings.refused)))
    return found
