"""Words that say numbers, dates, units and negation in the languages of the Atlas (folded: no accents)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


def words(text: str) -> frozenset[str]:
    """A set from a line of words."""
    return frozenset(text.split())


def _counted(text: str, start: int = 1) -> dict[str, int]:
    return {name: number for number, names in enumerate(text.split(), start) for name in names.split("/")}


MONTHS: dict[str, int] = {
    **_counted("january february march april may june july august september october november december"),
    **_counted("janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre"),
    **_counted("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
    "setiembre": 9,
}

_EN_ONES = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
)
_FR_ONES = "un/une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
_ES_ONES = (
    "un/uno/una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis"
    " diecisiete dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco"
    " veintiseis veintisiete veintiocho veintinueve"
)
SMALL: dict[str, dict[str, int]] = {
    "en": {
        **_counted(_EN_ONES),
        **_counted("eighteen nineteen", 18),
        **{w: 10 * n for w, n in _counted("twenty thirty forty fifty sixty seventy eighty ninety", 2).items()},
        "dozen": 12,
    },
    "fr": {
        **_counted(_FR_ONES),
        **{w: 10 * n for w, n in _counted("vingt trente quarante cinquante soixante", 2).items()},
        "quatre-vingt": 80,
        "quatre-vingts": 80,
        "quatre-vingt-dix": 90,
        "soixante-dix": 70,
        "dix-sept": 17,
        "dix-huit": 18,
        "dix-neuf": 19,
        "douzaine": 12,
    },
    "es": {
        **_counted(_ES_ONES),
        **{
            w: 10 * n for w, n in _counted("treinta cuarenta cincuenta sesenta setenta ochenta noventa", 3).items()
        },
        **{w: 100 * n for w, n in _counted("doscientos/doscientas trescientos/trescientas", 2).items()},
        "cuatrocientos": 400,
        "quinientos": 500,
        "seiscientos": 600,
        "setecientos": 700,
        "ochocientos": 800,
        "novecientos": 900,
        "docena": 12,
    },
}
"""Words for small numbers by language; "one" alone is left to the reader, it is mostly an article."""

SCALES: dict[str, dict[str, float]] = {
    "en": {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "millions": 1e6, "billion": 1e9, "trillion": 1e12},
    "fr": {
        "cent": 1e2,
        "cents": 1e2,
        "mille": 1e3,
        "milliers": 1e3,
        "million": 1e6,
        "millions": 1e6,
        "milliard": 1e9,
        "milliards": 1e9,
    },
    "es": {
        "cien": 1e2,
        "ciento": 1e2,
        "mil": 1e3,
        "miles": 1e3,
        "millon": 1e6,
        "millones": 1e6,
        "billon": 1e12,
        "billones": 1e12,
    },
}

ORDINALS: dict[str, int] = {
    **_counted("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth"),
    **_counted("fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth", 14),
    "twenty-first": 21,
    **_counted(
        "premier/premiere deuxieme troisieme quatrieme cinquieme sixieme septieme huitieme neuvieme dixieme"
    ),
    **_counted("primer/primero/primera segundo/segunda tercer/tercero/tercera cuarto/cuarta quinto/quinta"),
    **_counted("sexto/sexta septimo/septima octavo/octava noveno/novena decimo/decima", 6),
}


class Unit(NamedTuple):
    """Dimension and how to get to its base: value * factor + offset."""

    dimension: str
    factor: float
    offset: float = 0.0


def _units() -> dict[str, Unit]:
    told: tuple[tuple[str, float, str], ...] = (
        ("length", 1000.0, "km kms kilometer kilometers kilometre kilometres kilometro kilometros"),
        ("length", 1.0, "m meter meters metre metres metro metros"),
        ("length", 0.01, "cm centimeter centimeters centimetre centimetres centimetro centimetros"),
        ("length", 0.001, "mm millimeter millimeters millimetre millimetres milimetro milimetros"),
        ("length", 1609.344, "mi mile miles mille milla millas"),
        ("length", 0.3048, "ft foot feet pied pieds pie pies"),
        ("length", 0.0254, "inch inches pouce pouces pulgada pulgadas"),
        ("length", 9.4607e15, "light-year light-years annees-lumiere anos-luz"),
        ("mass", 1.0, "kg kgs kilogram kilograms kilogramme kilogrammes kilogramo kilogramos kilo kilos"),
        ("mass", 0.001, "g gram grams gramme grammes gramo gramos"),
        ("mass", 0.45359237, "lb lbs pound pounds livre livres libra libras"),
        ("mass", 1000.0, "tonne tonnes tonelada toneladas ton tons t"),
        ("area", 1e6, "km2 km²"),
        ("area", 1.0, "m2 m²"),
        ("area", 2589988.0, "mi2 mi²"),
        ("area", 1e4, "ha hectare hectares hectarea hectareas"),
        ("area", 4046.86, "acre acres"),
        ("speed", 1.0, "km/h kmh"),
        ("speed", 3.6, "m/s"),
        ("speed", 3600.0, "km/s"),
        ("speed", 1.609344, "mph"),
        ("time", 1.0, "year years an ans annee annees ano anos"),
        ("time", 1 / 12, "month months mois mes meses"),
        ("time", 7 / 365.25, "week weeks semaine semaines semana semanas"),
        ("time", 1 / 365.25, "day days jour jours dia dias"),
        ("time", 1 / 8766, "hour hours heure heures hora horas h"),
        ("time", 1 / 525960, "minute minutes minuto minutos min"),
        ("time", 10.0, "decade decades decennie decennies decada decadas"),
        ("percent", 1.0, "% percent percentage"),
        ("dollar", 1.0, "dollar dollars dolar dolares usd us$ $"),
        ("euro", 1.0, "euro euros eur €"),
        ("sterling", 1.0, "£ gbp"),
        ("temperature", 1.0, "°c celsius"),
    )
    found = {name: Unit(kind, factor) for kind, factor, names in told for name in names.split()}
    found |= dict.fromkeys(("°f", "fahrenheit"), Unit("temperature", 5 / 9, -160 / 9))
    found |= {"k": Unit("kelvin", 1.0), "kelvin": Unit("kelvin", 1.0)}
    return found


UNITS: Mapping[str, Unit] = _units()
SQUARES: Mapping[str, Unit] = {
    **dict.fromkeys(("km", "kilometers", "kilometres", "kilometre", "kilometros"), Unit("area", 1e6)),
    **dict.fromkeys(("mi", "miles", "millas"), Unit("area", 2589988.0)),
    **dict.fromkeys(("m", "meters", "metres", "metros"), Unit("area", 1.0)),
    **dict.fromkeys(("ft", "feet", "pies"), Unit("area", 0.09290304)),
}
SQUARE = words("square sq sq. carre carres cuadrado cuadrados cuadrada cuadradas")

ABOUT = words(
    "about around approximately circa c ca roughly nearly almost some environ pres presque approximativement vers"
    " aproximadamente unos unas cerca casi alrededor hacia estimated estimee estimada over more than plus mas"
)
MORE = words("over above exceeding plus mas superior superieure")
LESS = words("under below fewer moins menos inferior")
MORE_THAN = ("more than", "at least", "no less than", "plus de", "plus d", "au moins", "mas de", "al menos")
LESS_THAN = ("less than", "fewer than", "at most", "up to", "moins de", "jusqu a", "menos de", "hasta")

YEAR_BEFORE = words(
    "in since by until till from between during and of after before around circa c ca early late mid to born"
    " en depuis des jusqu jusqu'en entre vers apres avant pendant a debut fin an annee et"
    " desde hasta hacia durante tras antes de ano del y principios finales"
)

NEGATIONS = words(
    "not never neither nor cannot isn't aren't wasn't weren't doesn't don't didn't can't hasn't haven't without"
    " ne n jamais aucun aucune pas no nunca ningun ninguna jamas tampoco sin sans"
)

STOP: frozenset[str] = words(
    "a an the of in on at to for from by with as is are was were be been being it its he she his her him they"
    " their them this that these those which who whom whose and or but if than then so such also into"
    " over under about between during through after before around up out has have had do does did can"
    " could may might will would"
    " should not no nor both each any some more most many much other one there where when while how what why"
    " because very only own same too s t we you i our your us me my since until per via upon within without"
    " le la les l un une des du de d et ou mais ni en dans sur sous par pour avec sans est sont etait etaient fut"
    " furent ete etre a ont avait il elle ils elles on ce cet cette ces son sa ses leur leurs qui que qu quoi dont"
    " au aux se s y ne pas plus tres aussi comme si entre vers chez depuis lors apres avant"
    " el los las lo uno una unos unas y e o u pero del al con sin por para es son era eran fue fueron ser sido ha"
    " han habia su sus este esta estos estas ese esa esos esas que quien cuyo cuya cual como mas muy tambien se"
    " desde hasta sobre ya cuando donde"
)
PRONOUNS = words(
    "it he she they this these its his her their il elle ils elles ce cette son sa ses su sus este esta"
)

LEADS = words(
    "in on at during by since after before from until for under with at around en durant pendant depuis apres"
    " avant dans au vers sous durante desde tras antes hacia por hasta a"
)
"""Words that begin a clause before the subject."""

PLACES: tuple[frozenset[str], ...] = tuple(
    words(each)
    for each in (
        "in on at during en au aux le durante a el dans of de del year ano annee",
        "from since depuis desde between entre des",
        "until to till through jusqu'en jusqu'a jusqu hasta and et y",
        "by before avant antes par por",
        "after following apres tras despues",
    )
)
"""Words before a date that give it the same role."""

OPPOSITES: tuple[tuple[frozenset[str], frozenset[str]], ...] = tuple(
    (words(a), words(b))
    for a, b in (
        ("largest biggest greatest", "smallest least"),
        ("highest tallest", "lowest shortest"),
        ("north northern northeast northwest nord norte", "south southern southeast southwest sud sur"),
        ("east eastern oriental oriente este", "west western occidental occidente oeste ouest"),
        ("before avant antes", "after apres despues"),
        ("first earliest oldest", "last latest youngest newest"),
        ("increase increased rose", "decrease decreased fell"),
        ("won victory", "lost defeat"),
        ("longest", "shortest"),
        ("upper", "lower"),
        ("male", "female"),
        ("positive", "negative"),
        ("always", "never"),
        ("hot hottest warm", "cold coldest cool"),
    )
)

PEOPLES: tuple[frozenset[str], ...] = tuple(
    words(each)
    for each in (
        "american america united states usa us americain etats-unis estadounidense",
        "british britain united kingdom uk england english britannique royaume-uni britanico",
        "french france francais frances",
        "spanish spain espagne espagnol espana espanol",
        "dutch netherlands holland pays-bas paises-bajos neerlandais",
        "greek greece grece grec grecia griego",
        "german germany allemagne allemand alemania aleman",
        "chinese china chine chinois chino",
        "swiss switzerland suisse suiza suizo",
        "turkish turkey turquie turc turquia turco ottoman",
        "polish poland pologne polonais polonia polaco",
        "danish denmark danemark danois dinamarca danes",
        "roman rome roma romain romano",
        "soviet ussr russia russian urss russie russe rusia ruso",
    )
)
"""A people and its country are one name."""
