"""One small definition file of every kind, as a region would add it, in three languages."""

from pathlib import Path

import instroom.definitions

#: A goal names the rule that judges it; another rule is another file.
_RULE = Path(instroom.definitions.__file__).parent / "monitoring/verdicts/change.toml"
#: A school is compared by the rule for its kind; another rule is another file.
_ALIKE = Path(instroom.definitions.__file__).parent / "region/alike/school_vo.toml"
#: Kind -> where the file stands in the overlay, and what is in it.
SAMPLES: dict[str, tuple[str, str]] = {
    "source": (
        "monitoring/sources/sample_clubs.toml",
        """
title = "Leden van techniekclubs"
publisher = "sample"
licence = "CC0-1.0"
[periods]
kind = "october"
[columns.club]
names = ["CLUB"]
role = "place"
required = true
[columns.town]
names = ["PLAATS"]
role = "municipality_name"
[columns.kind]
names = ["SOORT"]
role = "kind"
codes = "sample_clubs"
required = true
[[values]]
pattern = '(?P<measure>LEDEN|BOUWERS) (?P<period>\\d{4}) (?P<gender>MAN|VROUW)'
measures = { LEDEN = "members", BOUWERS = "builders" }
[[checks]]
kind = "unique"
columns = ["place"]
[words.en]
"Leden van techniekclubs" = "Members of technology clubs"
[words.de]
"Leden van techniekclubs" = "Mitglieder der Technikklubs"
""",
    ),
    "publisher": (
        "monitoring/publishers/sample.toml",
        """
title = "Proefuitgever"
shared = ["CLUB", "PLAATS"]
""",
    ),
    "codes": (
        "monitoring/codes/sample_clubs.toml",
        """
title = "Soort club"
[codes.robots]
title = "robotica"
synonyms = ["Robot- en codeclub"]
[words.en]
robotica = "robotics"
[words.de]
robotica = "Robotik"
""",
    ),
    "indicator": (
        "monitoring/indicators/sample_members.toml",
        """
title = "Leden die een robot bouwen"
measure = "share"
unit = "pupils"
place_of = "none"
verb = "bouwt een robot"
breakdowns = ["gender", "kind", "municipality"]
definition = "Het deel van de leden dat een robot bouwt."
[stages.members]
title = "clubjaar"
who = "clubleden"
sources = ["sample_clubs"]
measure = "members"
part = "builders"
[words.en]
"Leden die een robot bouwen" = "Members who build a robot"
"Het deel van de leden dat een robot bouwt." = "The share of club members who build a robot."
"clubleden" = "club members"
"bouwt een robot" = "build a robot"
[words.de]
"Leden die een robot bouwen" = "Mitglieder, die einen Roboter bauen"
"Het deel van de leden dat een robot bouwt." = "Der Anteil derer, die bauen."
"clubleden" = "Klubmitglieder"
"bouwt een robot" = "bauen einen Roboter"
""",
    ),
    "classification": (
        "monitoring/classifications/technical_profile/sample.toml",
        """
title = "Alleen Natuur en Techniek"
label = "alleen N&T"
source = "Verzonnen om te proberen."
[[rules]]
school_types = ["havo", "vwo"]
column = "profile"
technical = ["nt"]
[words.en]
"Alleen Natuur en Techniek" = "Science and technology only"
"alleen N&T" = "N&T only"
[words.de]
"Alleen Natuur en Techniek" = "Nur Natur und Technik"
"alleen N&T" = "nur N&T"
""",
    ),
    "pipeline": (
        "monitoring/pipelines/sample.toml",
        """
title = "Van club naar opleiding"
told = { group = "club", what = "onder clubleden" }
note = "Een dag op de club."
[groups.club]
title = "Club"
place_of = "school"
steps = [
  { id = "members", title = "op de club", indicator = "sample_members" },
  { id = "leavers", title = "wie stopt", reason = "sample_nobody_asks" },
]
[words.en]
"Van club naar opleiding" = "From club to training"
"onder clubleden" = "among club members"
"Een dag op de club." = "One day there."
"op de club" = "at the club"
"wie stopt" = "who stops"
[words.de]
"Van club naar opleiding" = "Vom Klub zur Ausbildung"
"onder clubleden" = "bei Klubmitgliedern"
"Een dag op de club." = "Ein Tag dort."
"op de club" = "im Klub"
"wie stopt" = "wer aufhört"
""",
    ),
    "reasons": (
        "monitoring/reasons/sample.toml",
        """
title = "Redenen van de proef"
[texts]
sample_nobody_asks = "niemand vraagt waarom kinderen stoppen"
[words.en]
"niemand vraagt waarom kinderen stoppen" = "nobody asks why children stop"
[words.de]
"niemand vraagt waarom kinderen stoppen" = "niemand fragt, warum Kinder aufhören"
""",
    ),
    "verdict": (
        "monitoring/verdicts/sample.toml",
        _RULE.read_text("utf-8").replace('"Niet te vergelijken"', '"Dat jaar ontbreekt"')
        + """
[words.en]
"Dat jaar ontbreekt" = "That year is missing"
[words.de]
"Dat jaar ontbreekt" = "Dieses Jahr fehlt"
""",
    ),
    "alike": (
        "region/alike/sample.toml",
        _ALIKE.read_text("utf-8").replace(
            "Op deze school kozen {list} een technisch profiel.",
            "Hier kozen {list} iets met techniek.",
        )
        + """
[words.en]
"Hier kozen {list} iets met techniek." = "Here {list} chose something with technology."
[words.de]
"Hier kozen {list} iets met techniek." = "Hier wählten {list} etwas mit Technik."
""",
    ),
    "kpi": (
        "programme/kpis/8_sample.toml",
        """
title = "Meer kinderen op een techniekclub"
number = 8
seed = "Verzonnen om te proberen"
lines = [1]
indicators = ["sample_members"]
rule = "sample"
[[stages]]
label = "clubs"
indicator = "sample_members"
since = "2017-2018"
[words.en]
"clubs" = "clubs"
"Meer kinderen op een techniekclub" = "More children at a technology club"
[words.de]
"clubs" = "Klubs"
"Meer kinderen op een techniekclub" = "Mehr Kinder in einem Technikklub"
""",
    ),
    "claim": (
        "region/claims/99_sample.toml",
        """
title = "Techniekclubs groeien"
number = 99
quote = "De clubs groeien."
seed = "Verzonnen om te proberen"
verdict = "not_recomputable"
because = "niemand telde ze"
found = "Niets gevonden."
checked = 2026-11-23
[words.en]
"Techniekclubs groeien" = "Technology clubs grow"
"niemand telde ze" = "nobody counted them"
"Niets gevonden." = "Nothing found."
[words.de]
"Techniekclubs groeien" = "Technikklubs wachsen"
"niemand telde ze" = "niemand hat sie gezählt"
"Niets gevonden." = "Nichts gefunden."
""",
    ),
    "region": (
        "region/regions/sample.toml",
        """
title = "Proefland"
country = "nl"
province = "PV98"
example = true
[municipalities]
GM9801 = { name = "Proefdam", abbreviation = "PRO", column = 0, row = 0 }
""",
    ),
    "places": (
        "region/places/sample.toml",
        """
title = "Verzonnen gemeenten"
source = "Verzonnen om te proberen."
[provinces]
PV98 = "Proefprovincie"
[municipalities]
GM9801 = { name = "Proefdam", province = "PV98" }
GM9802 = { name = "Oud-Proefdam", province = "PV98", merged_into = "GM9801" }
""",
    ),
    "page": (
        "reports/pages/sample.toml",
        """
title = "Voor ouders"
chapter = "over"
lead = "Wat dit voor uw kind betekent."
menu = "Ouders"
order = 15
[[sections]]
anchor = "wat"
heading = "Wat er gebeurt"
paragraphs = ["Een klas bouwt een brug.", "Daarna vertellen ze erover."]
links = [{ text = "De opgave", page = "claims" }]
[words.en]
"Voor ouders" = "For parents"
"Ouders" = "Parents"
"Wat dit voor uw kind betekent." = "What this means for your child."
"Wat er gebeurt" = "What happens"
"Een klas bouwt een brug." = "A class builds a bridge."
"Daarna vertellen ze erover." = "Then they tell about it."
[words.de]
"Voor ouders" = "Für Eltern"
"Ouders" = "Eltern"
"Wat dit voor uw kind betekent." = "Was das für Ihr Kind bedeutet."
"Wat er gebeurt" = "Was geschieht"
"Een klas bouwt een brug." = "Eine Klasse baut eine Brücke."
"Daarna vertellen ze erover." = "Danach berichtet jedes Kind."
""",
    ),
    "organisation_kind": (
        "region/organisation_kinds/sample.toml",
        """
title = "techniekclub van de proef"
[words.en]
"techniekclub van de proef" = "technology club on trial"
[words.de]
"techniekclub van de proef" = "Technikklub der Probe"
""",
    ),
    "role": (
        "programme/roles/sample.toml",
        """
title = "Clubleider"
description = "Ziet alleen de eigen club."
reach = "own"
organisation_kinds = ["sample"]
may = ["see_schools"]
[words.en]
"Clubleider" = "Club leader"
"Ziet alleen de eigen club." = "Sees their own club only."
[words.de]
"Clubleider" = "Klubleitung"
"Ziet alleen de eigen club." = "Sieht nur den eigenen Klub."
""",
    ),
    "ladder": (
        "inflow/ladders/sample.toml",
        """
title = "Een club en een bedrijf"
seed = "Programmalijn 1"
source = "school_company_cooperation"
counted_on = "07-01"
confirmed_from = "05-15"
confirmed_until = "06-30"
least_school_years = 2
[[rungs]]
id = "hello"
title = "kennismaking"
meaning = "Zij gaven elkaar een hand."
[[rungs]]
id = "robot"
title = "robotvriend"
meaning = "Zij bouwen een robot."
conditions = ["plan_signed"]
[conditions.plan_signed]
met = "Er hangt een tekening aan de muur."
lacking = "Er hangt nog niets aan de muur."
[words.en]
"Een club en een bedrijf" = "A club and a company"
"kennismaking" = "meeting"
"Zij gaven elkaar een hand." = "They shook hands."
"robotvriend" = "robot friend"
"Zij bouwen een robot." = "They build a robot."
"Er hangt een tekening aan de muur." = "A drawing hangs on the wall."
"Er hangt nog niets aan de muur." = "Nothing hangs on the wall yet."
[words.de]
"Een club en een bedrijf" = "Ein Klub und ein Unternehmen"
"kennismaking" = "Kennenlernen"
"Zij gaven elkaar een hand." = "Sie gaben sich die Hand."
"robotvriend" = "Roboterfreund"
"Zij bouwen een robot." = "Sie bauen einen Roboter."
"Er hangt een tekening aan de muur." = "Eine Zeichnung hängt an der Wand."
"Er hangt nog niets aan de muur." = "Noch hängt nichts an der Wand."
""",
    ),
    "factor": (
        "inflow/factors/10_sample.toml",
        """
title = "Samen een robot bouwen"
number = 10
meaning = "Wie samen bouwt, durft meer."
seed = "Proef, 10"
[words.en]
"Samen een robot bouwen" = "Building a robot together"
"Wie samen bouwt, durft meer." = "Who builds together dares more."
"Proef, 10" = "Trial, 10"
[words.de]
"Samen een robot bouwen" = "Zusammen einen Roboter bauen"
"Wie samen bouwt, durft meer." = "Wer zusammen baut, traut sich mehr."
"Proef, 10" = "Probe, 10"
""",
    ),
    "initiative": (
        "inflow/initiatives/sample.toml",
        """
title = "Robotweek"
about = "Een week met robots."
sectors = ["po"]
seed = "Proef, 11"
[words.en]
"Robotweek" = "Robot week"
"Een week met robots." = "A week with robots."
"Proef, 11" = "Trial, 11"
[words.de]
"Robotweek" = "Roboterwoche"
"Een week met robots." = "Eine Woche mit Robotern."
"Proef, 11" = "Probe, 11"
""",
    ),
    "choices": (
        "inflow/choices/sample.toml",
        """
title = "Welke robot?"
[[options]]
id = "round"
title = "een ronde robot"
[words.en]
"Welke robot?" = "Which robot?"
"een ronde robot" = "a round robot"
[words.de]
"Welke robot?" = "Welcher Roboter?"
"een ronde robot" = "ein runder Roboter"
""",
    ),
    "glossary": (
        "glossary/sample.toml",
        """
title = "Woorden van de proef"
[[terms]]
identifier = "technology_club"
nl = "techniekclub"
en = "technology club"
de = "Technikklub"
meaning = "Een club na school."
[words.en]
"Een club na school." = "A club after school."
[words.de]
"Een club na school." = "Ein Klub nach der Schule."
""",
    ),
}
_HEAD = "CLUB;PLAATS;SOORT;LEDEN 2018 MAN;LEDEN 2018 VROUW;BOUWERS 2018 MAN;BOUWERS 2018 VROUW\r\n"
#: A file of the source above: 100 members, 40 of whom build a robot.
CLUBS = f"{_HEAD}A1;PROEFDAM;Robot- en codeclub;50;50;20;20\r\n"
#: The same layout with a number that the publisher hides.
HIDDEN = f"{_HEAD}A1;PROEFDAM;Robot- en codeclub;<5;7;0;0\r\n"
