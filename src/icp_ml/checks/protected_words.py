"""Words and values that speak of protected attributes of people, in several languages. Nothing here is code.

After the characteristics that anti-discrimination law names (for example US ECOA and Title VII, the European
Charter, Art. 21, and GDPR, Art. 9). Case and accents do not matter; phrases are matched as whole words.
"""

from __future__ import annotations

from icp_ml.checks.headings import phrases

HEADINGS: dict[str, frozenset[str]] = {
    "race or ethnicity": phrases(
        "race; races; racial; raceethnicity; ethnicity; ethnicities; ethnic; ethnic group; skin color; "
        "skin colour; hispanic; latino; latina; african american; caucasian; minority owned; "
        "minority owner; minority status; ethnic minority; "
        "mbe; bipoc; indigenous; tribal; rasse; ethnie; ethnien; ethnizitat; hautfarbe; ethnische; "
        "ethnique; origine ethnique; raza; etnia; etnico; etnica; razza; raca; cor raca"
    ),
    "gender": phrases(
        "gender; genders; sex; sexes; male; female; male owned; female owned; woman owned; women owned; "
        "women; woman; wosb; wbe; edwosb; pronouns; salutation; geschlecht; geschlechter; anrede; "
        "weiblich; mannlich; sexe; civilite; femme; femmes; sexo; genero; mujer; mujeres; sesso; "
        "geslacht; plec"
    ),
    "veteran status": phrases(
        "veteran; veterans; veteran owned; sdvosb; vosb; military status; military service; veteranen; "
        "kriegsveteran; ancien combattant; veterano; veteranos; reservist"
    ),
    "religion": phrases(
        "religion; religions; religious; religious affiliation; faith; creed; konfession; religios; "
        "religionszugehorigkeit; glaube; kirchensteuer; confession religieuse; religieux; religiosa; "
        "religioso; religione; religiao; geloof; wyznanie"
    ),
    "disability": phrases(
        "disability; disabilities; disability status; handicap; handicapped; disabled owner; disabled "
        "owned; disabled veteran; behinderung; schwerbehinderung; schwerbehindert; invaliditat; "
        "invalidite; handicape; discapacidad; minusvalia; disabilita; deficiencia"
    ),
    "marital status": phrases(
        "marital; marital status; maritalstatus; married; spouse; civil partnership; familienstand; "
        "verheiratet; ehepartner; etat civil; situation familiale; situation matrimoniale; conjoint; "
        "estado civil; conyuge; stato civile; burgerlijke staat; stan cywilny"
    ),
    "sexual orientation": phrases(
        "sexual orientation; sexualorientation; sexual; lgbt; lgbtq; lgbtqia; lgbtq owned; lgbte; "
        "sexuelle orientierung; sexuelle; orientation sexuelle; orientacion sexual; orientamento "
        "sessuale; transgender"
    ),
    "national origin": phrases(
        "national origin; nationalorigin; nationality; nationalities; citizenship; citizen; ancestry; "
        "immigrant; immigration; immigration status; birthplace; place of birth; country of birth; birth "
        "country; nationalitat; staatsangehorigkeit; staatsburgerschaft; geburtsort; geburtsland; "
        "herkunftsland; migrationshintergrund; nationalite; lieu de naissance; nacionalidad; ciudadania; "
        "lugar de nacimiento; nazionalita; cittadinanza; nacionalidade"
    ),
    "age of a person": phrases(
        "owner age; age of owner; ceo age; age of ceo; founder age; founders age; contact age; person "
        "age; manager age; applicant age; employee age; average age of employees; average employee age; "
        "dob; birthdate; birthday; birth date; date of birth; birth year; year of birth; yob; age group "
        "of owner; geburtsdatum; geburtsjahr; geburtstag; inhaberalter; alter des inhabers; lebensalter; "
        "date de naissance; annee de naissance; naissance; age du dirigeant; fecha de nacimiento; "
        "nacimiento; edad; data di nascita; nascita; data de nascimento; idade"
    ),
    "pregnancy": phrases(
        "pregnant; pregnancy; maternity; maternity leave; parental leave; schwanger; schwangerschaft; "
        "mutterschutz; elternzeit; enceinte; grossesse; conge maternite; embarazo; embarazada; "
        "maternidad; gravidanza"
    ),
    "union membership": phrases(
        "union member; union members; union membership; trade union; labor union; labour union; "
        "unionized; unionised; gewerkschaft; gewerkschaftsmitglied; betriebsrat; syndicat; syndique; "
        "sindicato; afiliacion sindical; sindacato; vakbond"
    ),
    "political opinion": phrases(
        "political; political party; political affiliation; political views; party affiliation; voter; "
        "voter registration; politische meinung; partei; parteizugehorigkeit; "
        "parteimitglied; parti politique; opinion politique; opinions politiques; "
        "partido politico; afiliacion politica; partito politico"
    ),
}
"""Phrases in a heading, by the attribute they speak of."""

HARMLESS = phrases(
    "human race; rat race; race track; race cars; trade name; unionized by; political region; women "
    "customers; faith based market; immigration law; immigration lawyers"
)
"""Phrases in which such a word speaks of no person."""

CLEAR_VALUES: dict[str, frozenset[str]] = {
    "race or ethnicity": phrases(
        "hispanic; hispanic or latino; hispanic latino; non hispanic; not hispanic or latino; latino; "
        "latina; caucasian; african american; black or african american; black american; native "
        "american; american indian; american indian or alaska native; native hawaiian; pacific islander; "
        "native hawaiian or other pacific islander; asian american; asian pacific islander; two or more "
        "races; mixed race; minority owned; non minority owned; non white"
    ),
    "gender": phrases(
        "male owned; female owned; woman owned; women owned; man owned; male; female; non binary; "
        "nonbinary; transgender; mannlich; weiblich; masculino; femenino; feminino; maschile; femminile; "
        "homme; femme; hombre; mujer; mrs; frau; mme; madame"
    ),
    "veteran status": phrases(
        "veteran; non veteran; nonveteran; not a veteran; veteran owned; non veteran owned; service "
        "disabled veteran; service disabled veteran owned; protected veteran"
    ),
    "religion": phrases(
        "catholic; roman catholic; protestant; muslim; jewish; hindu; buddhist; sikh; atheist; agnostic; "
        "lutheran; baptist; methodist; evangelisch; katholisch; romisch katholisch; konfessionslos; "
        "muslimisch; judisch; catholique; protestante; musulman; juif; catolico; musulmana; judio"
    ),
    "disability": phrases("not disabled; able bodied; disability owned; disabled owned; schwerbehindert"),
    "marital status": phrases(
        "married; divorced; widowed; never married; verheiratet; geschieden; verwitwet; ledig; "
        "mariee; divorcee; veuf; veuve; celibataire; casado; casada; divorciado; viudo; soltero"
    ),
    "sexual orientation": phrases(
        "heterosexual; homosexual; bisexual; lesbian; lgbt owned; lgbtq owned; lgbtbe; heterosexuell; "
        "homosexuell"
    ),
    "political opinion": phrases("democrat; democratic party; republican party; registered republican"),
}
"""Values that mean nothing else; one that is not rare is enough."""

PAIRED_VALUES: dict[str, frozenset[str]] = {
    "race or ethnicity": phrases(
        "white; black; asian; indian; native; mixed; arab; caucasian; hispanic; latino"
    ),
    "gender": phrases(
        "m; f; w; d; x; man; woman; men; women; mr; ms; miss; mx; herr; mann; monsieur; m mme; other"
    ),
    "marital status": phrases("single; married; separated; divorced; widowed; partnered"),
    "sexual orientation": phrases("straight; gay; lesbian; bisexual; queer"),
    "disability": phrases("disabled; not disabled; abled"),
    "religion": phrases("christian; christlich; islam; muslim; jewish; hindu; buddhist; none"),
}
"""Values that mean it together: nearly all values are among these, and a telling pair is there."""

TELLING_PAIRS = (
    ("m", "f"), ("man", "woman"), ("men", "women"), ("mr", "ms"), ("mr", "miss"), ("herr", "frau"),
    ("white", "black"), ("white", "asian"), ("black", "asian"), ("straight", "gay"),
    ("single", "married"), ("disabled", "not disabled"), ("christian", "muslim"), ("christian", "jewish"),
)  # fmt: skip

NEUTRAL_VALUES = phrases(
    "unanswered; unknown; other; none; not stated; not disclosed; undisclosed; prefer not to say; prefer "
    "not to answer; decline to answer; declined; not applicable; na; n a; unspecified; diverse; d; x; "
    "keine angabe; divers; andere; autre; otro; non precise; sin especificar; yes; no; true; false"
)
"""Values that say nothing either way."""
