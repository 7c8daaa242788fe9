"""The vocabulary of the demo: what its companies are called, where they sit, what they do and use.

Every word can be written in cp1252, the encoding of the demo's CRM export.
"""

from __future__ import annotations

from typing import NamedTuple


class Industry(NamedTuple):
    """One industry: how often it is met, how its companies look, and whether the planted profile names it."""

    name: str
    code: str  # NAICS
    crm_weight: float
    prospect_weight: float
    digital: float  # -1 to 1: how readily its companies take up new technology and venture money
    log_employees: float  # shift of the median size, in natural logarithms
    revenue_per_employee_usd: float
    is_planted: bool
    offer: str


class Country(NamedTuple):
    """One country, with its spellings, its legal forms and its places as (region, city)."""

    name: str
    alpha_2: str
    alpha_3: str
    nickname: str
    crm_weight: float
    prospect_weight: float
    is_planted: bool
    legal_forms: tuple[str, ...]
    places: tuple[tuple[str, str], ...]


class Technology(NamedTuple):
    """One technology: its log-odds in an average company, and how these move with `digital` and size."""

    name: str
    log_odds: float
    by_digital: float
    by_size: float
    group: str = ""


INDUSTRIES = (
    Industry("Software", "513210", 16, 9, 1.0, 0.0, 190e3, True, "workflow software"),
    Industry("Financial Services", "522110", 12, 7, 0.7, 0.5, 420e3, True, "payments and lending"),
    Industry("Logistics", "488510", 10, 6, 0.4, 0.5, 210e3, True, "freight and warehousing"),
    Industry("Insurance", "524126", 5, 4, 0.3, 0.6, 480e3, False, "commercial cover"),
    Industry("E-Commerce", "455110", 7, 5, 0.8, -0.3, 330e3, False, "online shops"),
    Industry("Telecommunications", "517111", 4, 3, 0.5, 0.7, 390e3, False, "network access"),
    Industry("Media", "516120", 4, 4, 0.5, -0.2, 220e3, False, "streaming and publishing"),
    Industry("Pharmaceuticals", "325412", 4, 3, 0.2, 0.6, 450e3, False, "clinical products"),
    Industry("Healthcare", "621111", 6, 8, -0.1, 0.4, 140e3, False, "clinics and care"),
    Industry("Automotive", "336111", 3, 4, 0.0, 0.9, 350e3, False, "vehicle parts"),
    Industry("Manufacturing", "332710", 7, 10, -0.3, 0.4, 230e3, False, "precision components"),
    Industry("Energy", "221118", 3, 4, -0.1, 0.5, 620e3, False, "power and grids"),
    Industry("Retail", "445110", 5, 8, -0.2, 0.3, 240e3, False, "neighbourhood stores"),
    Industry("Food & Beverage", "311812", 2, 5, -0.5, 0.3, 260e3, False, "bakery and drinks"),
    Industry("Professional Services", "541611", 5, 7, 0.1, -0.4, 170e3, False, "advice and audits"),
    Industry("Real Estate", "531120", 2, 4, -0.4, -0.5, 380e3, False, "office space"),
    Industry("Construction", "236220", 2, 6, -0.7, 0.0, 250e3, False, "commercial buildings"),
    Industry("Education", "611310", 1, 4, -0.3, 0.3, 90e3, False, "courses and campuses"),
    Industry("Hospitality", "721110", 1, 4, -0.6, 0.1, 80e3, False, "hotels and catering"),
    Industry("Agriculture", "111150", 1, 3, -0.9, -0.4, 190e3, False, "grain and machinery"),
)

COUNTRIES = (
    Country("United States", "US", "USA", "USA", 34, 30, True, ("Inc.", "LLC", "Corp."),
            (("California", "San José"), ("Texas", "Austin"), ("New York", "New York"),
             ("Massachusetts", "Boston"), ("Illinois", "Chicago"), ("Washington", "Seattle"))),
    Country("Canada", "CA", "CAN", "Canada", 7, 5, True, ("Inc.", "Ltd."),
            (("Ontario", "Toronto"), ("Québec", "Montréal"), ("British Columbia", "Vancouver"))),
    Country("Germany", "DE", "DEU", "Germany", 14, 10, True, ("GmbH", "AG", "GmbH & Co. KG"),
            (("Bayern", "München"), ("Nordrhein-Westfalen", "Köln"), ("Berlin", "Berlin"),
             ("Hessen", "Frankfurt"), ("Baden-Württemberg", "Tübingen"))),
    Country("United Kingdom", "GB", "GBR", "UK", 12, 9, True, ("Ltd", "plc", "Ltd."),
            (("England", "London"), ("England", "Manchester"), ("Scotland", "Edinburgh"))),
    Country("France", "FR", "FRA", "France", 8, 9, False, ("SAS", "SA"),
            (("Île-de-France", "Paris"), ("Auvergne-Rhône-Alpes", "Lyon"), ("Bretagne", "Rennes"))),
    Country("Netherlands", "NL", "NLD", "Netherlands", 5, 4, False, ("B.V.", "N.V."),
            (("Noord-Holland", "Amsterdam"), ("Zuid-Holland", "Rotterdam"))),
    Country("Sweden", "SE", "SWE", "Sweden", 4, 4, False, ("AB",),
            (("Stockholm", "Stockholm"), ("Västra Götaland", "Göteborg"), ("Skåne", "Malmö"))),
    Country("Spain", "ES", "ESP", "Spain", 4, 6, False, ("S.L.", "S.A."),
            (("Madrid", "Madrid"), ("Cataluña", "Barcelona"), ("Andalucía", "Málaga"))),
    Country("Italy", "IT", "ITA", "Italy", 3, 6, False, ("S.r.l.", "S.p.A."),
            (("Lombardia", "Milano"), ("Lazio", "Roma"), ("Friuli-Venezia Giulia", "Forlì"))),
    Country("Australia", "AU", "AUS", "Australia", 4, 4, False, ("Pty Ltd",),
            (("New South Wales", "Sydney"), ("Victoria", "Melbourne"))),
    Country("Brazil", "BR", "BRA", "Brazil", 2, 6, False, ("Ltda.", "S.A."),
            (("São Paulo", "São Paulo"), ("Paraná", "Curitiba"), ("Goiás", "Goiânia"))),
    Country("India", "IN", "IND", "India", 3, 7, False, ("Pvt. Ltd.",),
            (("Karnataka", "Bengaluru"), ("Maharashtra", "Pune"), ("Telangana", "Hyderabad"))),
)  # fmt: skip

CLOUD_WAREHOUSE = "cloud warehouse"
LEGACY = "legacy"
STREAMING = "streaming"

TECHNOLOGIES = (
    Technology("BigQuery", -1.9, 1.2, 0.15, CLOUD_WAREHOUSE),
    Technology("Redshift", -1.9, 1.0, 0.20, CLOUD_WAREHOUSE),
    Technology("Azure Synapse", -2.0, 0.6, 0.30, CLOUD_WAREHOUSE),
    Technology("Kafka", -2.2, 1.6, 0.35, STREAMING),
    Technology("Pulsar", -4.2, 1.4, 0.20, STREAMING),
    Technology("Airflow", -2.4, 1.6, 0.20),
    Technology("Spark", -2.4, 1.2, 0.40),
    Technology("Hadoop", -2.8, 0.3, 0.50, LEGACY),
    Technology("AS/400", -2.6, -1.6, 0.30, LEGACY),
    Technology("COBOL", -3.6, -0.6, 0.50, LEGACY),
    Technology("SQL Server", -0.8, -0.4, 0.20),
    Technology("PostgreSQL", -0.6, 0.9, 0.00),
    Technology("MySQL", -0.7, 0.2, -0.10),
    Technology("MongoDB", -1.6, 1.0, 0.00),
    Technology("Kubernetes", -1.7, 1.5, 0.20),
    Technology("Docker", -1.2, 1.4, 0.00),
    Technology("Terraform", -2.2, 1.5, 0.10),
    Technology("Power BI", -0.8, -0.2, 0.20),
    Technology("Looker", -2.3, 1.2, 0.00),
    Technology("Excel", 0.3, -0.6, 0.00),
    Technology("WordPress", -0.6, -0.3, -0.25),
    Technology("Magento", -2.6, 0.2, -0.10),
    Technology("Python", -0.9, 1.3, 0.10),
    Technology("Java", -0.9, 0.5, 0.25),
    Technology(".NET", -1.2, -0.2, 0.15),
)

STAGES = ("Bootstrapped", "Seed", "Series A", "Series B", "Series C", "Series D", "IPO")
FIRST_PLANTED_STAGE = STAGES.index("Series B")
STAGE_MEDIAN_FUNDING_USD = (0.3e6, 2.0e6, 9e6, 28e6, 70e6, 160e6, 320e6)

OWNERSHIPS = ("Private", "Subsidiary", "Family owned", "Public", "Non-profit")

NAME_STARTS = (
    "Acorn", "Alder", "Amber", "Anchor", "Arc", "Ash", "Aspen", "Atlas", "Aurora", "Azur",
    "Beacon", "Birch", "Blå", "Bramble", "Bright", "Bronze", "Cedar", "Cinder", "Citrus", "Clear",
    "Cobalt", "Copper", "Coral", "Crest", "Delta", "Drift", "Dune", "Elder", "Ember", "Éclat",
    "Falcon", "Fern", "Flint", "Forst", "Fox", "Frost", "Gale", "Garnet", "Granite", "Grün",
    "Harbour", "Hazel", "Heather", "Hill", "Höhen", "Iron", "Ivory", "Jasper", "Juniper", "Kite",
    "Lake", "Lark", "Laurel", "Linden", "Lumen", "Maple", "Marsh", "Meadow", "Mesa", "Mistral",
    "Moss", "Müller", "Niño", "North", "Nova", "Oak", "Ocean", "Olive", "Onyx", "Opal",
    "Orchard", "Osprey", "Otter", "Pebble", "Pine", "Plum", "Prairie", "Quarry", "Quartz", "Quill",
    "Raven", "Reed", "Ridge", "River", "Rowan", "Sable", "Saffron", "Sierra", "Silver", "Slate",
    "Spruce", "Stone", "Summit", "Swift", "Terra", "Tidal", "Val", "Willow", "Wind", "Zephyr",
)  # fmt: skip
NAME_MIDDLES = (
    "bay", "beam", "berg", "bolt", "bond", "bridge", "brook", "burn", "cast", "cliff",
    "core", "craft", "crow", "dale", "dock", "edge", "fall", "field", "fjord", "flow",
    "ford", "forge", "frame", "gate", "glen", "grid", "grove", "guild", "haven", "hub",
    "jet", "keep", "key", "lane", "leaf", "lift", "light", "line", "link", "loom",
    "loop", "mark", "mast", "mere", "mill", "mind", "mint", "moor", "nest", "node",
    "path", "peak", "pier", "plan", "point", "pool", "port", "post", "pulse", "quay",
    "reach", "rise", "road", "rock", "root", "sail", "scale", "seed", "shore", "sky",
    "spark", "spring", "stack", "stead", "step", "stream", "thorn", "tide", "tower", "track",
    "trail", "vale", "vault", "view", "wall", "ware", "wave", "way", "well", "yard",
)  # fmt: skip
NAME_ENDS = (
    "Analytics", "Brothers", "Collective", "Dynamics", "Group", "Holding",
    "Industries", "Labs", "Partners", "Solutions", "Systems", "Works",
)  # fmt: skip

DOMAIN_ENDINGS = (".example", ".co.example", ".com.example")
OPENINGS = (
    "Family-run specialist for", "Fast-growing provider of", "Leading supplier of", "Regional provider of",
    "Digital platform for", "International group for", "Independent operator of", "Modern partner for",
)  # fmt: skip
AUDIENCES = (
    "for mid-sized companies", "for consumers", "for the public sector", "for global enterprises",
    "for small businesses", "for hospitals and schools", "for carriers and shippers", "for developers",
)  # fmt: skip
CLOSINGS = (
    "Known for reliable service.", "Recently moved its reporting to the cloud.", "Offices on two continents.",
    "Building a new data team.", "Certified to ISO 27001.", 'Runs the "Open Door" programme.', "", "",
)  # fmt: skip
