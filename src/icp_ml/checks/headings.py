"""The words of headings, in several languages: what sounds like an outcome of selling."""

from __future__ import annotations

import re
import unicodedata

CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def phrases(text: str) -> frozenset[str]:
    """Give the phrases of a text that "; " divides."""
    return frozenset(text.split("; "))


OUTCOMES = phrases(
    "closed; close date; close value; closing date; close; lost; loss; loss reason; lost reason; won; "
    "win; is won; won date; deal stage; sales stage; lead status; lead stage; deal status; opportunity "
    "stage; lifecycle stage; status; outcome; result; churn; churned; churn date; churn reason; "
    "cancelled; canceled; cancellation; renewal; renewed; renewal date; contract; contract value; "
    "contract end; contract start; subscription; plan; converted; conversion; signed; signed at; "
    "discarded; disqualified; disqualification; nurturing reason; exit; exited; acquired; acquisition; "
    "ipo; loan amount; approved; amount paid; paid; invoice; invoices; invoiced; orders; n orders; total "
    "orders; lifetime value; ltv; clv; arr; mrr; acv; tcv; customer since; client since; last order; "
    "first order; last purchase; first purchase; deals; discount; discount code; proposal; offer; demo; "
    "onboarding; onboarded; tickets; nps; csat; health score; upsell; reference customer; best customer; "
    "target; label; hit rate; hitrate; geschlossen; abgeschlossen; abschluss; verloren; verlust; "
    "verlustgrund; gewonnen; kundigung; gekundigt; kundigungsgrund; vertrag; vertragswert; vertragsende; "
    "kunde seit; ergebnis; ausgang; auftrag; auftrage; bestellungen; abgelehnt; absagegrund; perdu; "
    "perdue; perte; raison de perte; motif de perte; gagne; gagnee; cloture; resultat; resilie; "
    "resiliation; contrat; renouvellement; client depuis; commandes; statut; perdido; perdida; motivo de "
    "perdida; ganado; ganada; cerrado; cierre; baja; cancelado; contrato; renovacion; cliente desde; "
    "pedidos; resultado; perso; motivo perdita; vinto; chiuso; disdetta; contratto; rinnovo; cliente dal"
)
"""Words, or several in a row, that a heading of something known only after the sale has."""

HARMLESS = phrases(
    "last funding; funding stage; funding status; legal status; marital status; target market; target "
    "segment; target customers; order book; business plan; record label; private label; paid employees"
)
"""Phrases in which such a word says nothing of a sale."""

MAX_PHRASE_WORDS = 4


def words_of(heading: str) -> list[str]:
    """Give the words of a heading or value, without case and accents: "LossReason" is loss, reason."""
    return plain_words(CAMEL.sub(" ", heading))


def plain_words(text: str) -> list[str]:
    """Give the words of a text, without case and accents; a capital inside begins none: "GmbH" is gmbh."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return re.findall(r"[^\W_]+", plain)


def phrase_in(words: list[str], phrases: frozenset[str]) -> str:
    """Give the longest of the phrases that stands in the words, whole; empty where there is none."""
    for n_words in range(min(MAX_PHRASE_WORDS, len(words)), 0, -1):
        for start in range(len(words) - n_words + 1):
            phrase = " ".join(words[start : start + n_words])
            if phrase in phrases:
                return phrase
    return ""


def outcome_words(heading: str) -> str:
    """Give the words in a heading that sound like an outcome; empty where there are none."""
    words = words_of(heading)
    return "" if phrase_in(words, HARMLESS) else phrase_in(words, OUTCOMES)
