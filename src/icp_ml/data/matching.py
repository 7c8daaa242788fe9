"""Keys by which two records are the same company: their id, and their web domain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

FREE_MAIL = frozenset(
    one
    for domains in (
        "gmail.com googlemail.com outlook.com hotmail.com hotmail.co.uk hotmail.fr hotmail.de live.com",
        "msn.com live.co.uk yahoo.com yahoo.co.uk yahoo.fr yahoo.de yahoo.es yahoo.it yahoo.ca",
        "yahoo.com.br yahoo.co.in yahoo.co.jp ymail.com rocketmail.com aol.com icloud.com me.com mac.com",
        "mail.com email.com zoho.com protonmail.com proton.me pm.me fastmail.com hey.com tutanota.com",
        "gmx.com gmx.net gmx.de gmx.at gmx.ch web.de t-online.de freenet.de arcor.de bluewin.ch",
        "orange.fr wanadoo.fr free.fr sfr.fr laposte.net libero.it virgilio.it alice.it tiscali.it",
        "telenet.be skynet.be ziggo.nl hetnet.nl xs4all.nl telia.com seznam.cz wp.pl o2.pl onet.pl",
        "interia.pl mail.ru bk.ru inbox.ru list.ru yandex.ru ya.ru yandex.com rambler.ru ukr.net qq.com",
        "163.com 126.com foxmail.com sina.com naver.com hanmail.net daum.net rediffmail.com uol.com.br",
        "bol.com.br terra.com.br comcast.net verizon.net att.net cox.net charter.net sbcglobal.net",
        "bellsouth.net earthlink.net btinternet.com sky.com shaw.ca rogers.com bigpond.com",
    )
    for one in domains.split()
)
"""Domains of mailboxes, which join nobody."""

SHARED_SITES = frozenset(
    one
    for domains in (
        "facebook.com apps.facebook.com m.facebook.com linkedin.com twitter.com x.com instagram.com",
        "youtube.com tiktok.com pinterest.com vk.com weibo.com xing.com angel.co wellfound.com",
        "crunchbase.com gust.com itunes.apple.com apps.apple.com play.google.com google.com",
        "sites.google.com maps.google.com translate.google.com web.archive.org wikipedia.org",
        "en.wikipedia.org github.com medium.com t.me wa.me kickstarter.com indiegogo.com techcrunch.com",
        "bloomberg.com etsy.com amazon.com ebay.com yelp.com linktr.ee bit.ly goo.gl",
    )
    for one in domains.split()
)
"""Sites on which many companies have a page: "facebook.com/acme" is no domain of Acme's."""

Keys = np.ndarray[Any, np.dtype[np.uint64]]


@dataclass(frozen=True)
class KnownAccounts:
    """The ids and web domains of the customers."""

    ids: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()

    def recognise(self, accounts: pd.DataFrame) -> Any:
        """Say which accounts are customers already, shape (n_rows,) of bool."""
        by_id = accounts["account_id"].isin(self.ids).to_numpy()
        return by_id | company_domains(accounts).isin(self.domains).to_numpy()


def known_accounts(customers: pd.DataFrame) -> KnownAccounts:
    """Collect what customers are recognised by."""
    return KnownAccounts(
        frozenset(customers["account_id"]), frozenset(company_domains(customers).dropna().unique())
    )


def company_domains(accounts: pd.DataFrame) -> pd.Series[Any]:
    """Give web domains, missing where there is none or many companies share it."""
    if "domain" not in accounts:
        return pd.Series(pd.array([None] * len(accounts), dtype="str"), index=accounts.index)
    return accounts["domain"].mask(accounts["domain"].isin(FREE_MAIL | SHARED_SITES))


def with_company_domains(accounts: pd.DataFrame) -> pd.DataFrame:
    """Blank the domains that many companies share, so that nothing later joins strangers by them."""
    return accounts.assign(domain=company_domains(accounts)) if "domain" in accounts else accounts


def row_keys(accounts: pd.DataFrame) -> tuple[Keys, Keys]:
    """Digest ids and domains to 64 bits each, 0 where unknown."""
    domains = company_domains(accounts)
    by_id = pd.util.hash_array(accounts["account_id"].to_numpy(dtype=object), categorize=False)
    by_domain = pd.util.hash_array(domains.fillna("").to_numpy(dtype=object), categorize=False)
    return by_id, np.where(domains.isna().to_numpy(), np.uint64(0), by_domain)
