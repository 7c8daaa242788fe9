"""What people call their columns, in English, German, French and Spanish. Nothing here is code.

Headings are compared after `headings.fold`, so case, accents and punctuation do not matter.
"""

from __future__ import annotations

ACCOUNT_KEY = (
    "account id; account; account number; account no; account key; crm id; crm account id; account guid; "
    "customer id; customer; customer number; customer no; customer code; customer key; cust id; "
    "client id; client; client number; client code; company id; company key; company uuid; "
    "organization id; organisation id; org id; organization uuid; id; uuid; guid; key; record id; object id; "
    "prospect id; lead id; mql id; seller id; external id; salesforce id; hubspot id; permalink; slug; duns; "
    "duns number; kundennummer; kunden nr; kundennr; kundenid; kunden id; kunde; debitor; debitorennummer; "
    "leadnr; leadnummer; interessentennr; "
    "debitor nr; firmen id; firmennummer; numero client; n client; code client; identifiant; "
    "identifiant client; id client; siren; siret; id cliente; cliente; numero de cliente; codigo cliente; "
    "codigo de cliente; nif; cif"
)

FIRMOGRAPHICS: dict[str, str] = {
    "account_id": ACCOUNT_KEY,
    "name": "name; account name; company; company name; business name; organization; organization name; "
    "organisation; organisation name; customer name; client name; legal name; title; account; firm; firma; "
    "firmenname; unternehmen; unternehmensname; kundenname; name der firma; nom; entreprise; societe; "
    "raison sociale; nom du client; nom de l entreprise; nombre; empresa; razon social; nombre del cliente; "
    "nombre de la empresa",
    "domain": "domain; domain name; website; web site; web; url; homepage; homepage url; website url; "
    "web address; site; email domain; company domain; webseite; internetseite; internet; site web; "
    "site internet; domaine; sitio web; pagina web; dominio",
    "registration_id": "registration id; registration number; company registration number; company number; "
    "registration no; vat id; vat number; vat no; tax id; ein; lei; crn; ust id; ust idnr; "
    "handelsregisternummer; hrb; siren; siret; numero de tva; kvk; orgnr",
    "parent_id": "parent id; parent; parent account; parent account id; parent company; ultimate parent; "
    "subsidiary of; konzern; muttergesellschaft; konzernmutter; maison mere; societe mere; matriz; "
    "empresa matriz",
    "sector": "sector; industry sector; sektor; secteur; main sector; sector name",
    "industry": "industry; vertical; industry name; primary industry; market; business segment; "
    "category; categories; category list; category code; line of business; branche; industrie; "
    "wirtschaftszweig; geschaftsfeld; secteur; secteur d activite; activite; sector de actividad; "
    "industria; actividad",
    "industry_code": "industry code; naics; naics code; sic; sic code; nace; nace code; nace rev 2; "
    "nace rev 2 code; wz code; wz; wz 2008; naf; code naf; code ape; ape; cnae; codigo cnae; "
    "branchencode; branchenschlussel",
    "employees": "employees; number of employees; no of employees; num employees; n employees; "
    "employee count; employees count; headcount; head count; company size; size; employee range; "
    "employees range; total employees; staff; staff count; workers; fte; ftes; workforce; team size; "
    "company headcount; jobs retained; mitarbeiter; mitarbeiterzahl; anzahl mitarbeiter; ma zahl; "
    "mitarbeiteranzahl; beschaftigte; personal; unternehmensgrosse; anzahl beschaftigte; effectif; "
    "effectifs; salaries; nombre de salaries; nombre d employes; taille; taille de l entreprise; empleados; "
    "numero de empleados; plantilla; n de empleados; tamano; tamano de la empresa",
    "employees_before": "employees before; previous employees; previous workers; employees last year; "
    "employees previous year; employees prior year; headcount last year; previous headcount; "
    "mitarbeiter vorjahr; effectif n 1",
    "revenue": "revenue; revenues; annual revenue; yearly revenue; company revenue; turnover; "
    "annual turnover; sales volume; annual sales; est revenue; revenue range; estimated revenue; "
    "monthly revenue; umsatz; jahresumsatz; umsatzerlose; umsatz pro jahr; firmenumsatz; "
    "chiffre d affaires; ca; ca annuel; revenu; revenu annuel; facturacion; ingresos; ingresos anuales; "
    "cifra de negocios; facturacion anual",
    "revenue_before": "revenue before; previous revenue; revenue last year; revenue previous year; "
    "revenue prior year; prior revenue; umsatz vorjahr; vorjahresumsatz; ca n 1",
    "budget": "budget; annual budget; it budget; jahresbudget; budget annuel; presupuesto",
    "country": "country; country code; hq country; country name; nation; land; landercode; staat; pays; "
    "code pays; pais; codigo pais; office location; billing country; shipping country; mailing country",
    "region": "region; state; province; state province; state region; county; territory; state code; "
    "billing state; bundesland; kanton; departement; etat; comunidad; comunidad autonoma; provincia; estado",
    "city": "city; town; hq city; metro; municipality; headquarters; hq; hq location; location; "
    "billing city; stadt; ort; wohnort; standort; sitz; firmensitz; ville; commune; localite; siege; "
    "ciudad; poblacion; localidad; sede",
    "postal_code": "postal code; postcode; post code; zip; zip code; zipcode; billing zip; plz; "
    "postleitzahl; code postal; cp; codigo postal",
    "language": "language; preferred language; locale; sprache; korrespondenzsprache; langue; idioma; lengua",
    "technologies": "technologies; tech stack; technology; tech; technology stack; tools; software used; "
    "systems; technologien; technologie; eingesetzte software; logiciels; tecnologias; tecnologia",
    "customer_size": "customer size; customers size; target market; target segment; target customers; "
    "serves; kundengrosse; zielmarkt",
    "founded_year": "founded year; year founded; founded; founding year; established; year established; "
    "year of establishment; year of foundation; foundation year; incorporated; incorporation year; since; "
    "grundungsjahr; gegrundet; gegrundet im jahr; grundung; annee de creation; date de creation; "
    "annee de fondation; fondee en; creation; ano de fundacion; fundacion; fundada; ano fundacion",
    "funding_total": "funding total; total funding; funding; funding amount; total funding amount; "
    "capital raised; total raised; funding raised; finanzierung; gesamtfinanzierung; levee de fonds; "
    "financement; financiacion; financiacion total",
    "funding_stage": "funding stage; last round; last funding type; funding status; series; round; "
    "last funding round; finanzierungsphase; tour de table; ronda",
    "last_funding_at": "last funding at; last funding; last funding date; last round date; "
    "date of last funding; latest funding date; letzte finanzierung; derniere levee; ultima ronda",
    "ownership": "ownership; ownership type; type of ownership; company type; business type; legal form; "
    "organization type; rechtsform; eigentum; unternehmensform; gesellschaftsform; forme juridique; statut; "
    "forma juridica; propiedad",
    "description": "description; about; company description; short description; summary; blurb; overview; "
    "company blurb; beschreibung; kurzbeschreibung; uber uns; a propos; descripcion; resumen",
    "contact_roles": "contact roles; contacts; contact titles; known contacts; roles; rollen; "
    "ansprechpartner; kontakte; contactos",
    "before_on": "before on; previous figures as of; earlier figures known on; date of previous figures",
    "known_on": "known on; as of; snapshot date; enriched on; enriched at; data date; stand; stichtag; "
    "date de mise a jour",
}

OUTCOMES: dict[str, dict[str, str]] = {
    "orders": {
        "account_id": ACCOUNT_KEY + "; customer name; account name; company; company name; client name; "
        "kundenname; firma",
        "order_id": "order id; order no; order number; order; invoice; invoice no; invoice number; "
        "invoice id; transaction id; ordernumber; bestellnummer; bestellnr; auftragsnummer; auftragsnr; "
        "belegnr; belegnummer; rechnungsnummer; "
        "belegnummer; auftrag; numero de commande; numero de facture; commande; facture; pedido; "
        "numero de pedido; numero de factura; factura",
        "ordered_at": "ordered at; order date; ordered on; date; invoice date; invoiced at; booking date; "
        "transaction date; purchase date; sale date; sales date; datum; bestelldatum; auftragsdatum; "
        "rechnungsdatum; belegdatum; buchungsdatum; date commande; date de commande; date facture; "
        "date de facture; fecha; fecha de pedido; fecha pedido; fecha de factura; fecha factura; "
        "orderdate; invoicedate",
        "revenue": "revenue; net amount; amount; net revenue; net; sales; total; order total; order value; "
        "order amount; value; line total; net total; invoice amount; subtotal; turnover; betrag; umsatz; "
        "nettobetrag; netto; summe; auftragswert; rechnungsbetrag; nettoumsatz; wert; montant; montant ht; "
        "montant net; chiffre d affaires; importe; importe neto; total neto; ventas",
        "cost": "cost; costs; cost of sale; cost of sales; cogs; cost of goods sold; kosten; einkaufspreis; "
        "wareneinsatz; herstellkosten; einstandskosten; einstandspreis; cout; couts; coste; costo; costes",
        "currency": "currency; currency code; wahrung; devise; monnaie; moneda; divisa; curr",
        "product": "product; product name; sku; item; product line; productline; product code; stock code; "
        "article; produkt; artikel; artikelnummer; produit; producto; articulo",
    },
    "deals": {
        "account_id": ACCOUNT_KEY + "; customer name; account name; company; company name; client name; "
        "kundenname; firma",
        "created_at": "created at; created; created date; create date; created on; creation date; "
        "opened; open date; opened at; engage date; first contact date; opportunity date; start date; "
        "date created; erstellt; erstellt am; erstelldatum; angelegt am; eroffnet; date de creation; "
        "cree le; fecha de creacion; creado; fecha creacion",
        "closed_at": "closed at; closed; close date; closed date; closed on; closing date; won date; "
        "date closed; end date; decision date; abgeschlossen; abschlussdatum; abgeschlossen am; "
        "date de cloture; cloture; fecha de cierre; cierre; fecha cierre",
        "is_won": "is won; won; stage; deal stage; stage name; status; outcome; result; deal status; "
        "opportunity stage; state; win; closed won; gewonnen; phase; ergebnis; statut; etape; resultat; "
        "gagne; estado; etapa; resultado; ganado; ganada",
        "amount": "amount; deal amount; value; deal value; close value; price; opportunity amount; acv; arr; "
        "tcv; contract value; revenue; wert; betrag; auftragswert; dealwert; montant; valeur; importe; valor",
        "product": "product; product name; use case; produkt; produit; producto; solution",
    },
    "signals": {
        "account_id": ACCOUNT_KEY + "; customer name; account name; company; company name; kundenname; firma",
        "is_best": "is best; best; best customer; is best customer; champion; is champion; ideal; "
        "ideal customer; is ideal; icp; is icp; is icp fit; icp fit; top account; top customer; key account; "
        "a customer; a kunde; tier; account tier; customer tier; tier a; gold; vip; strategic; "
        "strategic account; target variable; target; label; bester kunde; wunschkunde; topkunde; top kunde; "
        "schlusselkunde; meilleur client; client ideal; client cle; mejor cliente; cliente ideal; "
        "cliente clave",
        "as_of": "as of; described on",
        "flagged_at": "flagged at; flagged on; reviewed on; reviewed at; review date; bewertet am",
        "churned_at": "churned at; churn date; churned on; churned; cancelled at; cancelled on; canceled at; "
        "cancellation date; kundigungsdatum; gekundigt am; date de resiliation; fecha de baja",
        "usage": "usage; weekly users; monthly users; active users; weekly active users; "
        "monthly active users; logins; mau; wau; nutzung; aktive nutzer; utilisation; uso",
        "referrals": "referrals; n referrals; referred; empfehlungen; weiterempfehlungen; recommandations; "
        "referencias",
        "advocacy": "advocacy; case studies; testimonials; reviews written; referenzen; temoignages",
        "satisfaction": "satisfaction; satisfaction 0 10; nps; csat; nps score; csat score; "
        "customer satisfaction; zufriedenheit; satisfaccion",
        "is_marquee": "is marquee; marquee; reference logo; logo; is reference; referenzkunde; "
        "reference customer",
        "support_tickets": "support tickets; tickets; tickets 12m; n tickets; support cases; cases; "
        "supportanfragen; reclamations; incidencias",
    },
}

QUANTITY = "quantity; qty; units; menge; anzahl; quantite; cantidad; quantity ordered; quantityordered"
UNIT_PRICE = (
    "unit price; price each; price; unitprice; priceeach; einzelpreis; prix unitaire; precio unitario"
)

AROUND = (
    "account company customer client organization organisation business firm hq headquarters headquarter "
    "billing main primary current est estimated approx usd eur gbp chf us dollars euro euros in of the total "
    "m mm mio mn million millions millionen k tsd thousand thousands tausend teur bn mrd billion billions"
)
"""Words that may stand around a known heading without changing what it says."""

UNITS = {
    1_000: "k tsd thousand thousands tausend teur 000 000s",
    1_000_000: "m mm mio mn million millions millionen",
    1_000_000_000: "bn mrd billion billions milliarden",
}

NOT_KNOWN = frozenset(
    [
        "-",
        "--",
        "---",
        "n/a",
        "n.a.",
        "#n/a",
        "null",
        "nan",
        "unknown",
        "undisclosed",
        "unspecified",
        "?",
        "??",
        "tbd",
        "k.a.",
        "k.a",
        "unbekannt",
        "inconnu",
        "desconocido",
        "desconocida",
        "(blank)",
        "[null]",
        "<null>",
        "\\n",
        "unanswered",
        "#value!",
        "#ref!",
        "#name?",
        "(empty)",
        "s/o",
        "n/d",
        "n.d.",
        "n.c.",
        "nc.",
    ]
) | {
    "not available",
    "not provided",
    "not specified",
    "not known",
    "not disclosed",
    "unknown / non-applicable",
    "keine angabe",
    "nicht bekannt",
    "k. a.",
    "non renseigné",
    "sin datos",
    "no disponible",
    "not applicable",
}
"""Cells that mean "not known" wherever they stand."""

MAY_BE_KNOWN = frozenset({"na", "none", "nil", "nc", "nd", "no data", "0", "-1", "9999", "-"})
"""Cells that mean "not known" only where a number, a date or the like is meant: "NA" may be North America."""

PROSPECT_NAMES = "prospect prospects lead leads target targets list universe interessenten zielkunden cibles"
DEAL_NAMES = "deal deals opportunity opportunities pipeline offers chancen angebote"
