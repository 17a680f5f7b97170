"""Topics: what a message is about, whoever answers it, and who owns each by default (topics.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic, what it covers in the field's words, and its owner in a district of a two-tier area."""

    id: str
    covers: str
    district_owner: str


SERVICES: Mapping[str, str] = MappingProxyType(
    {
        "waste_recycling": "Waste and recycling",
        "streets_open_spaces": "Streets and open spaces",
        "development_management": "Development management",
        "environmental_health": "Environmental health and licensing",
        "housing": "Housing",
        "revenues_benefits": "Revenues and benefits",
        "parking": "Parking",
        "leisure_culture": "Leisure and culture",
        "corporate": "Corporate and customer services",
    }
)
"""The services of the example council: id to name."""

AUTHORITIES: Mapping[str, str] = MappingProxyType(
    {
        "county_highways": "the county council (highways)",
        "county_social_care": "the county council (social care)",
        "county_education": "the county council (schools)",
        "county_waste_sites": "the county council (recycling centres)",
        "county_other": "the county council",
        "parish_town_council": "the parish or town council",
        "housing_association": "the housing association",
        "national_highways": "National Highways",
        "police": "the police",
        "nhs": "the NHS",
        "utility": "the utility company",
        "central_government": "central government",
        "environment_agency": "the Environment Agency",
        "other_council": "another council",
        "other_body": "another body",
    }
)
"""The bodies that answer what is not the council's: id to name."""

_TOPICS = (
    Topic("missed_bin", "missed or late collections, assisted collections", "waste_recycling"),
    Topic(
        "bin_container", "new, broken, lost, stolen bins, sizes, caddies, sacks", "waste_recycling"
    ),
    Topic(
        "recycling_rules",
        "what goes where, contamination tags, collection days, calendars",
        "waste_recycling",
    ),
    Topic(
        "garden_bulky",
        "garden waste subscriptions, bulky, clinical, commercial waste",
        "waste_recycling",
    ),
    Topic(
        "waste_crew",
        "conduct and driving of crews, spilt rubbish, damage by lorries",
        "waste_recycling",
    ),
    Topic(
        "litter_cleansing",
        "litter, sweeping, public bins, leaves, dog fouling, needles",
        "streets_open_spaces",
    ),
    Topic("fly_tip", "fly-tips, side waste, abandoned trolleys", "streets_open_spaces"),
    Topic("graffiti_flyposting", "graffiti, fly-posting", "streets_open_spaces"),
    Topic("abandoned_vehicle", "abandoned, untaxed vehicles", "streets_open_spaces"),
    Topic("parks_play", "parks, play areas, pitches, benches, ponds", "streets_open_spaces"),
    Topic(
        "grass_trees_council",
        "grass, hedges, trees, planting on council land",
        "streets_open_spaces",
    ),
    Topic(
        "toilets_cemetery_allotment",
        "public toilets, cemeteries, memorials, the council's allotments",
        "streets_open_spaces",
    ),
    Topic(
        "planning_application",
        "applications, pre-application advice, objections, decisions, neighbour letters",
        "development_management",
    ),
    Topic(
        "planning_policy",
        "local plans, conservation areas, developer contributions",
        "development_management",
    ),
    Topic(
        "planning_enforcement",
        "building without permission, breaches of conditions",
        "development_management",
    ),
    Topic(
        "building_control",
        "building regulations, dangerous structures, completion certificates",
        "development_management",
    ),
    Topic("protected_trees", "tree preservation orders, high hedges", "development_management"),
    Topic("land_charges", "searches, street naming and numbering", "development_management"),
    Topic(
        "noise", "noise from neighbours, premises, alarms, building sites", "environmental_health"
    ),
    Topic("smoke_smell_air", "bonfires, smoke, odours, air quality, dust", "environmental_health"),
    Topic("pests", "rats, wasps, pigeons, the pest control service", "environmental_health"),
    Topic(
        "food_safety",
        "food hygiene, ratings, infectious disease, health and safety in shops",
        "environmental_health",
    ),
    Topic("taxi_licensing", "taxis, private hire", "environmental_health"),
    Topic(
        "premises_licensing",
        "alcohol, entertainment, street trading, gambling, tattooists",
        "environmental_health",
    ),
    Topic(
        "animals", "stray and dangerous dogs, kennels, dog control orders", "environmental_health"
    ),
    Topic("homelessness", "homelessness, rough sleeping, temporary accommodation", "housing"),
    Topic("housing_register", "applications, bidding, banding, nominations", "housing"),
    Topic("private_renting", "landlords' standards, damp, licensing of shared houses", "housing"),
    Topic("home_adaptations", "disabled facilities grants, energy and repair grants", "housing"),
    Topic("council_tax", "bills, bands, moves, discounts, payments, refunds", "revenues_benefits"),
    Topic("council_tax_recovery", "reminders, summonses, bailiffs", "revenues_benefits"),
    Topic(
        "benefits",
        "housing benefit, council tax support, discretionary payments, overpayments",
        "revenues_benefits",
    ),
    Topic("business_rates", "bills, reliefs, grants to businesses", "revenues_benefits"),
    Topic("car_parks", "the council's car parks, machines, charges, charging points", "parking"),
    Topic("penalty_notice", "parking tickets, challenges, on-street enforcement", "parking"),
    Topic("parking_permit", "permits, season tickets, residents' zones", "parking"),
    Topic("leisure_centre", "pools, gyms, bookings, memberships", "leisure_culture"),
    Topic("theatre_arts", "theatres, museums, arts, tourism", "leisure_culture"),
    Topic(
        "country_park", "country parks, nature reserves, their cafes and paths", "leisure_culture"
    ),
    Topic("events_markets", "events, markets, town-centre displays", "leisure_culture"),
    Topic(
        "contact_centre",
        "phones, reception, emails unanswered, being sent round, the manner of customer services",
        "corporate",
    ),
    Topic("website_accounts", "the website, online forms, accounts, payments online", "corporate"),
    Topic("elections", "registration, polling, postal votes", "corporate"),
    Topic(
        "councillors_democracy",
        "councillors, meetings, consultations, decisions of the council, petitions",
        "corporate",
    ),
    Topic(
        "information_rights",
        "information requests, data protection, breaches of privacy",
        "corporate",
    ),
    Topic("staff_jobs_press", "recruitment, the press, suppliers, invoices", "corporate"),
    Topic("council_general", "the council as a whole, several services, unclear", "corporate"),
    Topic(
        "pothole_road",
        "potholes, road surfaces, patches, markings, signs, speed limits, traffic calming",
        "county_highways",
    ),
    Topic(
        "pavement",
        "pavements, kerbs, dropped kerbs, street furniture, overhanging hedges on the road",
        "county_highways",
    ),
    Topic("street_light", "street lights, lit signs, bollards", "county_highways"),
    Topic("traffic_signals", "traffic lights, crossings", "county_highways"),
    Topic("road_drainage", "road gullies, surface water on roads", "county_highways"),
    Topic("gritting_verges", "gritting, snow, highway verges and trees", "county_highways"),
    Topic("roadworks", "roadworks, closures, diversions, utility reinstatement", "county_highways"),
    Topic("adult_social_care", "adult care, assessments, carers, care homes", "county_social_care"),
    Topic(
        "childrens_services",
        "children's social care, fostering, special needs plans",
        "county_social_care",
    ),
    Topic("schools", "schools, admissions, school transport, school conduct", "county_education"),
    Topic(
        "tip", "household waste recycling centres, their booking and staff", "county_waste_sites"
    ),
    Topic("library", "libraries", "county_other"),
    Topic("registrar", "births, deaths, marriages, citizenship", "county_other"),
    Topic("trading_standards", "rogue traders, scams, unsafe goods, weights", "county_other"),
    Topic("bus_pass_blue_badge", "concessionary passes, Blue Badges", "county_other"),
    Topic("rights_of_way", "footpaths, bridleways, stiles", "county_other"),
    Topic(
        "parish_matter",
        "parish halls, parish allotments, village greens, parish councillors",
        "parish_town_council",
    ),
    Topic(
        "housing_association",
        "repairs, rents, neighbours, staff of a social landlord",
        "housing_association",
    ),
    Topic("motorway", "motorways and trunk roads", "national_highways"),
    Topic("police_matter", "crime, antisocial behaviour for the police, speeding", "police"),
    Topic("health_service", "doctors, hospitals, dentists, ambulances, health visitors", "nhs"),
    Topic("water_sewage", "water supply, sewers, leaks, water bills", "utility"),
    Topic(
        "gas_electric_telecom", "gas, electricity, broadband, phone masts, their works", "utility"
    ),
    Topic(
        "dwp_hmrc_dvla",
        "Universal Credit, pensions, tax, driving licences, passports, visas",
        "central_government",
    ),
    Topic("river_flood", "rivers, flood warnings, pollution of watercourses", "environment_agency"),
    Topic("another_council", "a service of a different council", "other_council"),
    Topic("bus_train", "bus and train companies", "other_body"),
    Topic(
        "private_business",
        "shops, private car parks, management companies, charities",
        "other_body",
    ),
)

TOPICS: Mapping[str, Topic] = MappingProxyType({topic.id: topic for topic in _TOPICS})
"""Every topic by id, in the order of topics.md."""

_DISTRICT_SERVICES = tuple(SERVICES)

# In a single-tier area the one council also runs what a county runs. The services are the example's
# nine: a council with a highways service of its own says so in [[service]] and [topics].
_COUNTY_MATTERS_IN_ONE_TIER = MappingProxyType(
    {
        "county_highways": "streets_open_spaces",
        "county_social_care": "corporate",
        "county_education": "corporate",
        "county_waste_sites": "waste_recycling",
        "county_other": "corporate",
    }
)


def default_owners(council_type: str) -> dict[str, str]:
    """Topic id to owner id (a service or an authority) for a council of this type.

    A district: the table of topics.md. A unitary, London borough or metropolitan borough: the
    county's matters are its own. A county: its own matters are answered, the district's are
    another council's, save what every council has (its website, members, staff, information).
    """
    if council_type == "district":
        return {topic.id: topic.district_owner for topic in _TOPICS}
    if council_type == "county":
        return {topic.id: _county_owner(topic) for topic in _TOPICS}
    return {
        topic.id: _COUNTY_MATTERS_IN_ONE_TIER.get(topic.district_owner, topic.district_owner)
        for topic in _TOPICS
    }


# Run by districts even where the county has a service of the same name.
_EVERY_COUNCIL_HAS = frozenset(
    {"contact_centre", "website_accounts", "councillors_democracy", "information_rights"}
    | {"staff_jobs_press", "council_general"}
)


def _county_owner(topic: Topic) -> str:
    if topic.district_owner in _COUNTY_MATTERS_IN_ONE_TIER:
        return _COUNTY_MATTERS_IN_ONE_TIER[topic.district_owner]
    if topic.id in _EVERY_COUNCIL_HAS or topic.district_owner not in _DISTRICT_SERVICES:
        return topic.district_owner
    return "other_council"
