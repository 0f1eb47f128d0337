"""The demo's part of Lagos Mainland: real areas, streets and landmarks; coordinates to about a hundred metres."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Spot:
    """A landmark people steer by."""

    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Hub:
    code: str
    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Area:
    """A zone, and its two days of service, counted from today, so that there is always a route today.

    The first has been served since the demo's past began, the second is new from today on.
    """

    code: str
    name: str
    hub: str
    service_offsets: tuple[int, int]
    streets: tuple[str, ...]
    spots: tuple[Spot, ...]

    @property
    def centre(self) -> tuple[float, float]:
        count = len(self.spots)
        return (
            sum(spot.latitude for spot in self.spots) / count,
            sum(spot.longitude for spot in self.spots) / count,
        )


HUBS = (
    Hub("SABO", "Sabo Yaba hub", 6.5072, 3.3776),
    Hub("OJUELEGBA", "Ojuelegba hub", 6.5098, 3.3635),
)

AREAS = (
    Area(
        code="YAB",
        name="Yaba",
        hub="SABO",
        service_offsets=(3, 0),
        streets=(
            "Commercial Avenue",
            "Herbert Macaulay Way",
            "Hughes Avenue",
            "Birrel Avenue",
            "Montgomery Road",
        ),
        spots=(
            Spot("Tejuosho Market", 6.5086, 3.3681),
            Spot("Yaba bus stop", 6.5098, 3.3709),
            Spot("Sabo Market", 6.5066, 3.3789),
            Spot("Queen's College", 6.5049, 3.3764),
            Spot("Alagomeji bus stop", 6.4993, 3.3789),
            Spot("Yabatech gate", 6.5178, 3.3732),
        ),
    ),
    Area(
        code="SUR",
        name="Surulere",
        hub="OJUELEGBA",
        service_offsets=(0, 4),
        streets=(
            "Bode Thomas Street",
            "Adeniran Ogunsanya Street",
            "Ogunlana Drive",
            "Akerele Road",
            "Enitan Street",
        ),
        spots=(
            Spot("Masha roundabout", 6.5005, 3.3524),
            Spot("Aguda Market", 6.4921, 3.3371),
            Spot("Leisure Mall", 6.4907, 3.3572),
            Spot("Lawanson bus stop", 6.5108, 3.3482),
            Spot("National Stadium", 6.4966, 3.3646),
            Spot("Shitta roundabout", 6.4987, 3.3591),
        ),
    ),
    Area(
        code="MAK",
        name="Makoko",
        hub="SABO",
        service_offsets=(5, 1),
        streets=("Makoko Road", "Apollo Street", "Oko Agbon waterside", "Sogunro waterside", "Adogbo jetty"),
        spots=(
            Spot("Asejere fish market", 6.4951, 3.3865),
            Spot("Adekunle bus stop", 6.4985, 3.3838),
            Spot("Sogunro primary school", 6.4995, 3.3880),
            Spot("Oko Agbon jetty", 6.4944, 3.3893),
            Spot("Apollo police post", 6.4968, 3.3869),
        ),
    ),
    Area(
        code="MUS",
        name="Mushin",
        hub="OJUELEGBA",
        service_offsets=(6, 2),
        streets=("Agege Motor Road", "Ladipo Street", "Palm Avenue", "Olateju Street", "Isolo Road"),
        spots=(
            Spot("Ojuwoye Market", 6.5282, 3.3542),
            Spot("Idi-Oro bus stop", 6.5217, 3.3567),
            Spot("Olosha bus stop", 6.5331, 3.3503),
            Spot("Papa Ajao mosque", 6.5364, 3.3476),
            Spot("LUTH main gate", 6.5175, 3.3545),
        ),
    ),
    Area(
        code="EBU",
        name="Ebute Metta",
        hub="SABO",
        service_offsets=(2, 5),
        streets=("Kano Street", "Borno Way", "Apapa Road", "Freeman Street", "Denton Street"),
        spots=(
            Spot("Oyingbo Market", 6.4790, 3.3846),
            Spot("Costain roundabout", 6.4795, 3.3688),
            Spot("Oyingbo bus terminal", 6.4812, 3.3833),
            Spot("Casino bus stop", 6.4942, 3.3795),
            Spot("Botanical garden", 6.4851, 3.3806),
        ),
    ),
)


@dataclass(frozen=True)
class Rider:
    name: str
    phone: str
    pin: str
    hub: str
    capacity_grams: int


RIDERS = (
    Rider("Kehinde Balogun", "+2348000000901", "4713", "SABO", 150_000),
    Rider("Ngozi Eze", "+2348000000902", "2865", "SABO", 150_000),
    Rider("Musa Danjuma", "+2348000000903", "9051", "OJUELEGBA", 150_000),
    Rider("Blessing Okafor", "+2348000000904", "3748", "OJUELEGBA", 150_000),
)


@dataclass(frozen=True)
class Clerk:
    """Weighs in at a hub what its riders bring."""

    name: str
    phone: str
    pin: str
    hub: str


CLERKS = (
    Clerk("Folake Adeyemi", "+2348000000911", "6294", "SABO"),
    Clerk("Chidi Anyanwu", "+2348000000912", "8317", "OJUELEGBA"),
)


@dataclass(frozen=True)
class Material:
    """`usual_grams` is what a household hands over in a week, least and most."""

    code: str
    name: str
    rate_minor_per_kilogram: int
    usual_grams: tuple[int, int]
    share: float
    """How many of the bags hold any of it."""
    density_kilograms_per_cubic_metre: int


MATERIALS = (
    Material("PET", "PET bottles", 15_000, (400, 3_600), 0.95, 21),
    Material("CAN", "Cans", 50_000, (100, 900), 0.55, 37),
    Material("PAPER", "Paper and carton", 6_000, (500, 5_000), 0.5, 63),
    Material("SACHET", "Pure water sachets", 8_000, (200, 1_800), 0.7, 21),
    Material("GLASS", "Glass bottles", 3_000, (400, 3_000), 0.2, 225),
)

FIRST_NAMES = (
    "Adaeze", "Adebayo", "Aisha", "Amina", "Ayodele", "Babatunde", "Bisi", "Blessing", "Bola", "Chiamaka",
    "Chidi", "Chinedu", "Damilola", "Ebere", "Efe", "Ejiro", "Emeka", "Esther", "Fatima", "Folake",
    "Funke", "Gbenga", "Grace", "Halima", "Ibrahim", "Ifeoma", "Ikenna", "Iyabo", "Joy", "Kelechi",
    "Kunle", "Lanre", "Mercy", "Modupe", "Monday", "Mojisola", "Musa", "Nkechi", "Nneka", "Obinna",
    "Olamide", "Omolara", "Osas", "Patience", "Rasheed", "Ronke", "Sade", "Segun", "Sikiru", "Simbi",
    "Sunday", "Taiwo", "Temitope", "Tunde", "Uche", "Wale", "Yakubu", "Yemi", "Zainab", "Zinsu",
)  # fmt: skip

LAST_NAMES = (
    "Abiodun", "Adeleke", "Adeyemi", "Afolabi", "Agbaje", "Aina", "Akande", "Akpan", "Amadi", "Anyanwu",
    "Bakare", "Balogun", "Bello", "Chukwu", "Daramola", "Dosunmu", "Edet", "Egbe", "Ekwueme", "Eze",
    "Fashola", "Gbadamosi", "Hassan", "Hounsou", "Ibe", "Igwe", "Ikpe", "Iroko", "Jimoh", "Kosoko",
    "Lawal", "Madu", "Mohammed", "Nwosu", "Obi", "Odukoya", "Ogunleye", "Ojo", "Okeke", "Okonkwo",
    "Okoro", "Oladipo", "Olaniyan", "Olawale", "Onyeka", "Osagie", "Oyelaran", "Salami", "Shittu", "Yusuf",
)  # fmt: skip

DOORS = (
    "blue gate", "green gate", "black gate", "brown gate", "yellow house", "white bungalow", "face-me-I-face-you",
    "upstairs", "behind the tailor", "beside the chemist", "by the borehole", "near the POS kiosk",
    "above the barber", "after the mango tree", "opposite the church", "beside the mosque",
)  # fmt: skip
