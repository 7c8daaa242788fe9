"""By what two records are told to be one company: domains, registration numbers, names, and places."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from icp_ml.matching.folding import folded_words
from icp_ml.matching.names import name_parts

Keys = npt.NDArray[np.uint64]

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

MAILBOX_OF_A_COUNTRY = (
    r"(?:gmail|googlemail|gmx|yahoo|ymail|hotmail|outlook|live|msn|aol)(?:\.com?)?\.[a-z]{2}"
)
"""Large mail providers have a domain in nearly every country: yahoo.com.au, hotmail.es, outlook.de."""

SHARED_SITES = frozenset(
    one
    for domains in (
        "facebook.com apps.facebook.com m.facebook.com linkedin.com twitter.com x.com instagram.com",
        "youtube.com tiktok.com pinterest.com vk.com weibo.com xing.com angel.co wellfound.com",
        "crunchbase.com gust.com itunes.apple.com apps.apple.com play.google.com google.com",
        "sites.google.com maps.google.com translate.google.com web.archive.org wikipedia.org",
        "en.wikipedia.org github.com medium.com t.me wa.me kickstarter.com indiegogo.com techcrunch.com",
        "bloomberg.com etsy.com amazon.com ebay.com yelp.com linktr.ee bit.ly goo.gl apple.com archive.org",
        "wix.com wixsite.com weebly.com wordpress.com webs.com tumblr.com squarespace.com launchrock.com",
        "businesscatalyst.com vpweb.com godaddysites.com business.site about.me co.cc google.co.in",
        "venturebeat.com businessweek.com businessinsider.com rocketpun.ch startupbootcamp.org",
    )
    for one in domains.split()
)
"""Sites on which many companies have a page: "facebook.com/acme" is no domain of Acme's."""


UNKNOWN = np.uint64(0)
SPREAD = np.uint64(0x9E3779B97F4A7C15)
"""2**64 divided by the golden ratio: moves keys of one kind apart from those of another."""

PLACES = ("city", "region", "postal_code")
ROW_KEYS = ("id", "domain", "registration_id", "name", "country", *PLACES)
"""What `match_keys` gives for every row; names that differ by a few letters need the others too."""

END_LETTERS = 4  # of a name; a name with a slip keeps its first or its last ones
MIN_REGISTRATION_LETTERS = 5
NUMBERS_IN_ORDER = "01234567890"
WITHOUT_COURT = re.compile(r"(?:hr[ab]|gnr|vr|pr)[0-9]+[a-z]?")
HAS_DIGIT = re.compile(r"[0-9]")


def company_domains(accounts: pd.DataFrame) -> pd.Series[Any]:
    """Give web domains, missing where there is none or many companies share it."""
    domains = _column(accounts, "domain")
    is_shared = domains.isin(FREE_MAIL | SHARED_SITES) | domains.str.fullmatch(MAILBOX_OF_A_COUNTRY, na=False)
    return domains.mask(is_shared)


def with_company_domains(accounts: pd.DataFrame) -> pd.DataFrame:
    """Blank the domains that many companies share, so that nothing later joins strangers by them."""
    return accounts.assign(domain=company_domains(accounts)) if "domain" in accounts else accounts


def registration_key(number: str) -> str | None:
    """Give a registration number without signs, case and leading zeros; None where it stands for none.

    Words stand for none: "pending", "applied for", "not registered". So does a German register's number
    without its court: every court counts from 1.
    """
    plain = "".join(sign for sign in number.casefold() if sign.isalnum())
    is_number = len(plain) >= MIN_REGISTRATION_LETTERS and len(set(plain)) > 1 and HAS_DIGIT.search(plain)
    if not is_number or plain in NUMBERS_IN_ORDER or WITHOUT_COURT.fullmatch(plain):
        return None
    return plain.lstrip("0") if plain.isdigit() else plain


def match_keys(accounts: pd.DataFrame) -> pd.DataFrame:
    """Digest what tells a company to 64 bits each, 0 where it is not known.

    Parameters
    ----------
    accounts : DataFrame
        account_id and, where they are mapped, name, domain, registration_id, country, city, region,
        postal_code and founded_year. A row's keys depend on this row alone.

    Returns
    -------
    DataFrame, indexed as `accounts`
        ROW_KEYS; ordered (the words of the name in alphabetical order), head, tail (its first and last
        letters), marks (its numbers) and founded_year, of uint64; core, its words, missing without a name.
    """
    digests = {
        "id": hashed(accounts["account_id"]),
        "domain": hashed(company_domains(accounts)),
        "registration_id": _hashed_each(_column(accounts, "registration_id"), registration_key),
        "name": None,
        "country": _hashed_each(_column(accounts, "country"), str),
        **{place: _hashed_each(_column(accounts, place), _place_key) for place in PLACES},
        "founded_year": _hashed_each(_column(accounts, "founded_year"), str),
        **_name_keys(_column(accounts, "name")),
    }
    return pd.DataFrame(digests, index=accounts.index)


def name_key(names: pd.Series[Any]) -> Keys:
    """Digest names as `match_keys` does: no legal form, case, accents or signs; 0 where one is missing."""
    codes, parts = name_parts(names)
    return _digests(parts["glued"])[codes]


def _name_keys(names: pd.Series[Any]) -> dict[str, Any]:
    codes, parts = name_parts(names)
    glued = parts["glued"]
    texts = {
        "name": glued,
        "ordered": parts["ordered"],
        "head": [one and one[:END_LETTERS] for one in glued],
        "tail": [one and one[-END_LETTERS:] for one in glued],
        "marks": parts["marks"],
    }
    digests = {name: _digests(values)[codes] for name, values in texts.items()}
    return {**digests, "core": pd.array(parts["core"], dtype="str").take(codes)}


def hashed(values: pd.Series[Any]) -> Keys:
    """Digest texts to 64 bits each, 0 where one is missing."""
    digests = pd.util.hash_array(values.to_numpy(dtype=object), categorize=False)
    return np.where(values.notna().to_numpy(), digests, UNKNOWN)


def _hashed_each(values: pd.Series[Any], change: Callable[[Any], str | None]) -> Keys:
    """Change and digest each distinct value once."""
    codes, distinct = pd.factorize(values)
    return _digests([*map(change, distinct.tolist()), None])[codes]


def _digests(texts: list[str | None]) -> Keys:
    digests = pd.util.hash_array(np.array(texts, dtype=object), categorize=False)
    return np.where([one is not None for one in texts], digests, UNKNOWN)


def joint(one: Keys, other: Keys) -> Keys:
    """Digest two keys to one, 0 where either is not known."""
    return np.where((one == UNKNOWN) | (other == UNKNOWN), UNKNOWN, one ^ (other * SPREAD))


def _place_key(text: str) -> str | None:
    return "".join(folded_words(text)) or None


def _column(accounts: pd.DataFrame, name: str) -> pd.Series[Any]:
    if name in accounts:
        return accounts[name]
    return pd.Series(pd.array([None] * len(accounts), dtype="str"), index=accounts.index)
