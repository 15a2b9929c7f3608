"""Which characters the bytes of a file mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instroom.core.errors import SourceError
from instroom.sources.decode import decode

NAMES = "00AH;SÚDWEST-FRYSLÂN;Carré College\r\n00AV;Noardeast-Fryslân;De Reünie\r\n"
ACCENTED = ["Súdwest-Fryslân", "Coördinaat", "Reünie", "Financiële beroepen", "Hindoeïstisch"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp850"])
def test_frisian_names_decide_the_encoding(encoding: str) -> None:
    found = decode(NAMES.encode(encoding))
    assert (found.text, found.encoding) == (NAMES, encoding)


def test_cp1252_quotes_beside_accented_names() -> None:
    text = NAMES + "00AX;Utrecht;De ‘Passer’ – pagina’s\r\n"
    assert decode(text.encode("cp1252")).text == text
    assert decode(text.encode("cp1252")).encoding == "cp1252"


@pytest.mark.parametrize("text", ["auto’s", "De ‘Passer’", "’s-Gravenhage", "Pinokkio’s school"])
def test_cp1252_quotes_alone_are_quotes(text: str) -> None:
    assert decode(f"a;b\r\n{text};1\r\n".encode("cp1252")).text == f"a;b\r\n{text};1\r\n"


@pytest.mark.parametrize("word", ["Café", "logé", "privé"])
@pytest.mark.parametrize("encoding", ["latin-1", "cp850"])
def test_accent_at_the_end_of_a_word_is_a_letter(word: str, encoding: str) -> None:
    assert decode(f"a;b\r\n{word};1\r\n".encode(encoding)).text == f"a;b\r\n{word};1\r\n"


@pytest.mark.parametrize("word", ACCENTED)
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "cp850"])
def test_one_accented_word_is_enough(word: str, encoding: str) -> None:
    assert decode(f"NAAM;1\n{word};2\n".encode(encoding)).text == f"NAAM;1\n{word};2\n"


def test_ascii_is_named_and_a_mark_at_the_start_is_no_character() -> None:
    assert decode(b"a;b\n").encoding == "ascii"
    assert decode(b"\xef\xbb\xbfa;b\n").text == "a;b\n"


def test_binary_file_is_refused() -> None:
    with pytest.raises(SourceError) as caught:
        decode(b"PAR1\0\0\0")
    assert caught.value.code == "binary"


@given(st.binary(max_size=300))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    try:
        assert isinstance(decode(data).text, str)
    except SourceError as error:
        assert error.code == "binary"


@pytest.mark.shared
@pytest.mark.parametrize(
    ("path", "encoding"),
    [
        ("duo/vo/alle-vestigingen-vo.csv", "latin-1"),
        ("duo/po/02.-alle-schoolvestigingen-basisonderwijs.csv", "cp1252"),
        ("duo/po/alle-vestigingen-bo.csv", "cp1252"),
        ("duo/vo/duo_examen_raw_all.csv", "utf-8"),
        ("duo/po/06.-historisch-overzicht-aantal-leerlingen-per-schoolvestiging.csv", "utf-8-sig"),
        ("duo/ho/hbo_inscriptions_2019.csv", "ascii"),
    ],
)
def test_real_files_have_the_encoding_noted(shared_data, path: str, encoding: str) -> None:
    assert decode((shared_data / path).read_bytes()).encoding == encoding
