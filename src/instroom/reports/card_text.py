"""A fact card in words: for who copies it, and for who sees a link and no picture."""

from instroom.core.texts import Texts
from instroom.drawing.cards import FactCard


def copied_text(card: FactCard, address: str) -> str:
    """Return a card as text to copy: finding, numbers, country, source, date, address."""
    lines = [card.above, card.sentence]
    lines += [f"{row.label}: {row.amount}" for row in card.rows]
    for one in card.lines:
        country = f" ({card.country} {one.national})" if one.national else ""
        lines.append(f"{one.label}: {one.mark}, {one.amounts}{country}")
    lines += [" ".join(card.aside), card.source, address]
    return "\n".join(filter(None, [card.example_word, *lines]))


def described(card: FactCard, language: str) -> str:
    """Return the numbers and the sentences beside them, for who sees a link and no picture."""
    t = Texts(language)
    said = [f"{row.label}: {row.amount}." for row in card.rows]
    invented = [t("Deze cijfers zijn verzonnen.")] if card.example_word else []
    return " ".join([*invented, *said, *card.aside, card.source])
