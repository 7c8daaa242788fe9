"""Say which records are the same company: duplicates, prospects that are customers already, parents."""

from icp_ml.matching.families import parents_found
from icp_ml.matching.keys import company_domains, match_keys, with_company_domains
from icp_ml.matching.known import KnownAccounts, known_accounts
from icp_ml.matching.resolve import same_companies

__all__ = [
    "KnownAccounts",
    "company_domains",
    "known_accounts",
    "match_keys",
    "parents_found",
    "same_companies",
    "with_company_domains",
]
