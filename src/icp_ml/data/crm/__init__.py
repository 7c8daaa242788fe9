"""Files that a CRM imports, of the whole list or of what changed, and what became of them there."""

from icp_ml.data.crm.cells import FORMS
from icp_ml.data.crm.changed import ChangedRows, write_changed
from icp_ml.data.crm.plan import CrmPlan, check_crm, crm_digests, crm_plan
from icp_ml.data.crm.report import CrmReport
from icp_ml.data.crm.whole import check_preset, with_import_file

__all__ = [
    "FORMS",
    "ChangedRows",
    "CrmPlan",
    "CrmReport",
    "check_crm",
    "check_preset",
    "crm_digests",
    "crm_plan",
    "with_import_file",
    "write_changed",
]
