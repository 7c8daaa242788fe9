"""Which further columns of accounts must not be learnt from, by the words of their headings."""

from __future__ import annotations

OUTCOME = "an outcome, and would leak it"
LEAKS: dict[str, str] = {
    "filled by selling, would leak the outcome": "reason loss last_activity last_contact last_contacted "
    "last_call last_login last_meeting last_touch next_step next_activity pipeline opportunity "
    "opportunities deal deals "
    "contract contracts customer_since client_since kunde_seit subscription plan tier lead_status "
    "lifecycle nps csat health health_score tickets support usage logins referrals satisfaction grund "
    "letzte_aktivitat letzter_kontakt meetings calls emails demo proposal offer discount interactions",
    OUTCOME: "status stage churn churned churn_date closed close won lost win "
    "outcome result converted conversion renewal renewed acquired acquired_at exit signed kundigung "
    "gekundigt gewonnen verloren statut estado target_variable label is_best best_customer "
    "champion disposition discarded cust_hitrate hitrate",
    "what a customer pays, would leak the outcome": "lifetime ltv clv cltv to_date arr mrr acv tcv "
    "total_revenue total_spend spend orders n_orders total_orders invoice invoices invoiced amount_paid paid "
    "payment umsatz_mit_uns total_sales sales last_sale first_sale last_order first_order profit_margin",
    "about your own people and process": "owner rep representative agent sdr sr_id account_manager manager "
    "assigned created created_at created_by created_date modified updated updated_at added added_at "
    "last_modified betreuer verkaufer inhaber erstellt geandert zustandig responsable propietario",
}
"""Words (several joined by "_") that tell what a column of accounts must not be used for, by the reason."""

PERSONAL = (
    "phone telephone telefon tel fax email e_mail mail mobile_phone handy contact_name first_name "
    "last_name vorname"
)
IDS = (
    "id ids uuid guid key number no nr nummer code_id link linkedin url profile address addressline "
    "street strasse"
)
ROW_NUMBERS = "unnamed index row rank row_number line nr_ zeile rang"
CODES = "code channel type class segment region group category id naics sic level"
"""Words after which whole numbers are names of things."""
