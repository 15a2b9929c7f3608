"""A paper with everything in it, and words that every file format could take for its own."""

from datetime import date

from instroom.reports.paper.paper import (
    Paper,
    PaperColumn,
    PaperFigure,
    PaperPicture,
    PaperSection,
    PaperTable,
)

#: Each is markup somewhere: Typst, XML, Jinja, docxtpl, Word.
HOSTILE = (
    '#import "x"',
    "*a* and _b_",
    "$x^2$",
    r"C:\temp\new",
    "<script>alert(1)</script>",
    '#sys.inputs #read("/etc/passwd") @preview/x:1.0.0',
    "Smit & Zn < 5 > 3",
    "{{ title }} {% if x %} {# c #}",
    "{_{ title }_} {_% x %_}",
    "&amp; &#60; ]]> -- //comment",
    "[link](x) = heading",
)
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 40" font-family="Inter">'
    '<rect width="100" height="40" fill="#0A5A66"/><text x="5" y="20">47 %</text></svg>'
)
ALTERNATIVE = 'Een lijn: 50,5 % "in" 2014 & 47,4 % in 2023 {{ x }}'


def sample(language: str = "nl", title: str = "Doelen & meer", **more: str) -> Paper:
    table = PaperTable(
        "Cijfers per jaar",
        (PaperColumn("Jaar"), PaperColumn("Aandeel", numeric=True), PaperColumn("Uit <welk>")),
        (("2022", "46,9 %", "*a*"), ("2023", "47,4 %", "{{ b }}")),
    )
    whole = PaperSection(
        heading=more.get("heading", "Het techniekprofiel"),
        status="gemeten",
        figures=(PaperFigure("Twente: 47,4–49,8 % koos techniek.", "1.494 van 3.071."),),
        paragraphs=HOSTILE,
        points=("een punt", "#nog een"),
        picture=PaperPicture(SVG, ALTERNATIVE, "Een #lijn"),
        table=table,
        sources=("DUO, examens, 2023", "CBS, plaatsen"),
    )
    last = PaperSection("Ten slotte", paragraphs=("Dat was het.",))
    return Paper(
        title=title,
        language=language,
        date=date(2026, 11, 29),
        sender="Instroom · Twente",
        lead="Wat er nu over te zeggen is.",
        sections=(whole, last),
        mark=more.get("mark", ""),
    )
