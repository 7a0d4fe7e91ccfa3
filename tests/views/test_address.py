from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from barometre.views.lecture.address import CLES, Valeur, build_query, read_address, read_query


def test_une_cle_absente_prend_sa_valeur_par_defaut() -> None:
    adresse = read_query("")
    assert adresse.get("chiffres") == "redresse"
    assert adresse.get("territoire") == "france"
    assert adresse.messages == ()


def test_vide_veut_dire_aucune() -> None:
    assert read_query("?type=", defauts={"type": "commune"}).get("type") == ""
    assert read_query("?indicateurs=", defauts={"indicateurs": ("site",)}).list("indicateurs") == ()


def test_une_liste_est_choisie_dans_son_ordre_sans_doublon() -> None:
    adresse = read_query("?indicateurs=b&indicateurs=a&indicateurs=b")
    assert adresse.list("indicateurs") == ("b", "a")


def test_un_code_reste_un_texte() -> None:
    assert read_query("?territoire=departement-01").get("territoire") == "departement-01"
    assert read_query("?recherche=01000").get("recherche") == "01000"


def test_une_mauvaise_valeur_donne_le_defaut_et_une_phrase() -> None:
    adresse = read_query("?strate=geante&chiffres=faux", {"strate": {"commune-0-499"}, "chiffres": {"brut"}})
    assert adresse.get("strate") == ""
    assert adresse.get("chiffres") == "redresse"
    assert len(adresse.messages) == 2
    assert "geante" in adresse.messages[0]
    assert "n’existe pas" in adresse.messages[0]


def test_dans_une_liste_seules_les_mauvaises_valeurs_tombent() -> None:
    adresse = read_query("?indicateurs=a&indicateurs=zzz", {"indicateurs": {"a", "b"}})
    assert adresse.list("indicateurs") == ("a",)
    assert len(adresse.messages) == 1


def test_une_valeur_admise_peut_etre_une_question() -> None:
    admises = {"collectivite": lambda v: v.startswith("commune-")}
    assert read_query("?collectivite=commune-2A004", admises).get("collectivite") == "commune-2A004"
    assert read_query("?collectivite=x", admises).messages


def test_une_valeur_demesuree_est_refusee_et_citee_en_court() -> None:
    adresse = read_query("?recherche=" + "a" * 5000)
    assert adresse.get("recherche") == ""
    assert len(adresse.messages[0]) < 200


def test_une_cle_inconnue_est_ignoree() -> None:
    assert "utm_source" not in read_query("?utm_source=lettre").valeurs


textes = st.text(alphabet="abc01-2A é&=+", min_size=1, max_size=8)


VALEURS = st.fixed_dictionaries(
    {
        nom: st.lists(textes, unique=True, max_size=3).map(tuple) if cle.multiple else textes
        for nom, cle in CLES.items()
    }
)


# Une trentaine de textes par adresse : une machine chargée met plus d'une seconde à les inventer.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(VALEURS)
def test_une_adresse_ecrite_se_relit_a_l_identique(valeurs: dict[str, Valeur]) -> None:
    assert read_query(build_query(valeurs)).valeurs == valeurs


def test_l_adresse_la_plus_courte_omet_les_defauts() -> None:
    assert build_query({"chiffres": "redresse", "vague": "2024-v2"}) == "vague=2024-v2"
    assert build_query({"type": ""}, {"type": "commune"}) == "type="


def test_les_parametres_de_streamlit_se_lisent_tels_quels() -> None:
    assert read_address({"vague": ["2024-v2"], "type": "commune"}).get("vague") == "2024-v2"
