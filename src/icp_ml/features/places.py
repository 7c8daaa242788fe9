"""Where countries belong: market groups and standard time; frozen under the encoder's version.

Time zones are the standard offsets of the IANA database (zone.tab), of the zone where most people of a
country or a region live; market groups are those that sales territories are commonly cut by.
"""

from __future__ import annotations

import re

MARKET_GROUPS = {
    "north america": "US CA BM GL PM",
    "latin america": "MX GT BZ HN SV NI CR PA CO VE EC PE BO BR PY UY AR CL GY SR GF FK",
    "caribbean": "CU DO HT JM TT BS BB PR KY VG VI AW CW AG DM GD KN LC VC AI MS TC MQ GP BQ SX MF BL",
    "uk and ireland": "GB IE GG JE IM GI",
    "dach": "DE AT CH LI",
    "benelux": "NL BE LU",
    "france": "FR MC",
    "nordics": "SE NO DK FI IS FO AX SJ",
    "southern europe": "ES PT IT GR CY MT AD SM VA",
    "central and eastern europe": "PL CZ SK HU RO BG SI HR RS BA ME MK AL XK MD EE LV LT UA BY",
    "russia and central asia": "RU KZ UZ KG TJ TM AM AZ GE MN",
    "middle east": "TR IL AE SA QA KW BH OM JO LB IQ IR SY YE PS",
    "north africa": "EG MA DZ TN LY SD EH",
    "sub-saharan africa": "ZA NG KE GH ET TZ UG RW CI SN CM AO MZ ZW ZM BW NA MW MG MU SC BJ BF BI CV CF "
    "TD KM CG CD DJ GQ ER SZ GA GM GN GW LS LR ML MR NE ST SL SO SS TG RE YT SH",
    "south asia": "IN PK BD LK NP BT MV AF",
    "greater china": "CN HK MO TW",
    "japan and korea": "JP KR KP",
    "southeast asia": "SG MY ID TH VN PH MM KH LA BN TL",
    "oceania": "AU NZ FJ PG NC PF WS TO VU SB KI FM MH PW NR TV GU AS MP CK NU TK WF NF CX CC",
}

UTC_HOURS: dict[float, str] = {
    -11: "AS NU",
    -10: "PF CK",
    -6: "GT BZ HN SV NI CR",
    -5: "CO PE EC PA CU HT JM BS KY TC",
    -4: "VE BO CL DO PR TT BB GY BM AG AI AW BL BQ CW DM GD GP KN LC MF MQ MS SX VC VG VI",
    -3: "AR PY UY SR GF FK PM",
    -2: "GL",
    -1: "CV",
    0: "GB IE PT IS GG JE IM FO GH CI SN ML BF GM GN GW LR MR SL TG ST SH",
    1: "DE AT CH LI NL BE LU FR MC SE NO DK ES IT MT AD SM VA PL CZ SK HU SI HR RS BA ME MK AL XK GI SJ NG "
    "CM AO BJ CF TD CG GA GQ NE TN DZ CD MA EH",
    2: "FI AX GR CY RO BG MD EE LV LT UA IL LB PS EG LY ZA ZW ZM BW NA MW MZ RW BI LS SZ SD SS",
    3: "BY TR SA QA KW BH IQ JO SY YE KE ET TZ UG DJ ER SO MG KM YT",
    3.5: "IR",
    4: "AE OM AM AZ GE MU SC RE",
    4.5: "AF",
    5: "PK UZ KZ TM TJ MV",
    5.5: "IN LK",
    5.75: "NP",
    6: "BD BT KG",
    6.5: "MM CC",
    7: "TH VN KH LA CX",
    8: "CN HK MO TW SG MY PH BN MN",
    9: "JP KR KP TL PW",
    10: "PG GU MP FM",
    11: "NC VU SB NF",
    12: "NZ FJ KI MH NR TV WF",
    13: "WS TO TK",
}
"""Countries within one time zone, or nearly; those of ZONED are told by their regions."""

ZONED: dict[str, dict[float, str]] = {
    "US": {
        -10: "HI",
        -9: "AK",
        -8: "CA NV OR WA",
        -7: "AZ CO ID MT NM UT WY",
        -6: "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
        -5: "CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV",
        -4: "PR VI",
    },
    "CA": {-8: "BC YT", -7: "AB NT", -6: "MB SK", -5: "ON QC NU", -4: "NB NS PE", -3.5: "NL"},
    "AU": {8: "WA", 9.5: "NT SA", 10: "ACT NSW QLD TAS VIC"},
    "BR": {
        -5: "AC",
        -4: "AM MS MT RO RR",
        -3: "AL AP BA CE DF ES GO MA MG PA PB PE PI PR RJ RN RS SC SE SP TO",
    },
    "MX": {
        -8: "BCN",
        -7: "BCS NAY SIN SON",
        -6: "AGU CAM CHH CHP CMX COA COL DUR GRO GUA HID JAL MEX MIC MOR NLE OAX PUE QUE SLP TAB TAM TLA "
        "VER YUC ZAC",
        -5: "ROO",
    },
    "ID": {
        7: "AC BB BE BT JA JB JI JK JT KB KR KT LA RI SB SS SU YO",
        8: "BA GO KI KS KU NB NT SA SG SN SR ST",
        9: "MA MU PA PB PE PS PT PD",
    },
    "RU": {
        2: "KGD",
        3: "AD ARK BEL BRY CE CU DA IN IVA KB KC KDA KIR KL KLU KO KOS KR KRS LEN LIP MO MOS MOW MUR NEN "
        "NGR NIZ ORL PNZ PSK ROS RYA SE SMO SPE STA TA TAM TUL TVE VLA VLG VGG VOR YAR ME",
        4: "AST SAM SAR UD ULY",
        5: "BA CHE KGN KHM ORE PER SVE TYU YAN",
        6: "OMS",
        7: "AL ALT KEM KK KYA NVS TOM TY",
        8: "BU IRK",
        9: "AMU SA ZAB",
        10: "KHA PRI YEV",
        11: "MAG SAK",
        12: "CHU KAM",
    },
}
"""Countries of several time zones: the hours of each ISO 3166-2 region."""

REGION_ID = re.compile(r"([a-z]{2})-[a-z0-9]{1,3}")
_GROUP_OF = {code.lower(): group for group, codes in MARKET_GROUPS.items() for code in codes.split()}
_HOURS_OF = {
    **{code.lower(): float(hours) for hours, codes in UTC_HOURS.items() for code in codes.split()},
    **{
        f"{country}-{region}".lower(): float(hours)
        for country, zones in ZONED.items()
        for hours, regions in zones.items()
        for region in regions.split()
    },
}


def market_group(country: str | None) -> str | None:
    """Give the market group of a folded country code ("de": "dach"); None for anything else."""
    return _GROUP_OF.get(country or "")


def country_of(region: str | None) -> str | None:
    """Give the country in a folded region id ("us-ca": "us"); None for a region's bare name."""
    found = REGION_ID.fullmatch(region or "")
    return found[1] if found else None


def utc_hours(country: str | None = None, region: str | None = None) -> float:
    """Give the standard time of a folded country and region, in hours from UTC; NaN where it stays open."""
    country = country or country_of(region)
    named = region if country_of(region) else f"{country}-{region}"
    return _HOURS_OF.get(named or "", _HOURS_OF.get(country or "", float("nan")))
