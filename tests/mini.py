"""Un petit référentiel pour les tests : vraies formes de codes, noms choisis pour leurs pièges."""

from __future__ import annotations

import pandas as pd

from barometre.domain.version import Empreintes

# code, nom, population, strate, département, région, epci, codes postaux
_COMMUNES = [
    ("01004", "Ambérieu-en-Bugey", 15934, "commune-10000-19999", "01", "84", "240100883", "01500"),
    ("01015", "Arboys en Bugey", 710, "commune-500-999", "01", "84", "200040350", "01300"),
    ("01500", "Le Poizat", 499, "commune-0-499", "01", "84", "200042935", "01130"),
    ("02559", "Œuilly", 293, "commune-0-499", "02", "32", "200071991", "02160"),
    ("80829", "Y", 87, "commune-0-499", "80", "32", "200070944", "80190"),
    ("2A004", "Ajaccio", 76320, "commune-50000-99999", "2A", "94", "242010056", "20000 20090 20167"),
    ("33063", "Bordeaux", 267991, "commune-100000-plus", "33", "75", "243300316", "33000 33100 33200"),
    ("33381", "Sainte-Colombe", 423, "commune-0-499", "33", "75", "243301405", "33350"),
    ("69189", "Sainte-Colombe", 2036, "commune-1000-3499", "69", "84", "200077014", "69560"),
    ("69123", "Lyon", 519127, "commune-100000-plus", "69", "84", "200046977", "69001 69002 69003"),
    ("69003", "Albigny-sur-Saône", 3057, "commune-1000-3499", "69", "84", "200046977", "69250"),
    ("75056", "Paris", 2103778, "commune-100000-plus", "75", "11", "200054781", "75001 75015"),
    ("94038", "L'Haÿ-les-Roses", 31188, "commune-20000-49999", "94", "11", "200054781", "94240"),
    ("39476", "Saint-Aubin", 1871, "commune-1000-3499", "39", "27", "200090579", "39410"),
    ("97411", "Saint-Denis", 155634, "commune-100000-plus", "974", "04", "249740119", "97400 97417"),
]
_AUTRES = [
    ("epci", "243300316", "Bordeaux Métropole", 854334, "epci-100000-plus", "33", "75", ""),
    ("epci", "200046977", "Métropole de Lyon", 1436354, "epci-100000-plus", "69", "84", ""),
    ("epci", "200070944", "CC Terre de Picardie", 18000, "epci-15000-49999", "80", "32", ""),
    ("ept", "200058014", "Grand-Orly Seine Bièvre", 730551, "ept-toutes", "94", "11", ""),
    ("departement", "33", "Gironde", 1690493, "departement-toutes", "33", "75", ""),
    ("departement", "01", "Ain", 679344, "departement-toutes", "01", "84", ""),
    ("departement", "75", "Paris", 2103778, None, "75", "11", "commune-75056"),
    ("departement", "2A", "Corse-du-Sud", 168306, None, "2A", "94", "region-94"),
    ("region", "75", "Nouvelle-Aquitaine", 6150451, "region-toutes", None, "75", ""),
    ("region", "84", "Auvergne-Rhône-Alpes", 8197325, "region-toutes", None, "84", ""),
    ("region", "94", "Corse", 355486, "region-toutes", None, "94", ""),
]
# 36 communes de l'Ain sans particularité, de 100 à 3 600 habitants : de quoi former des cellules.
_SERIE = 36


# Une version d'essai n'a été calculée de rien.
EMPREINTES = Empreintes("essai", "essai", "essai", "essai", "essai")


def build_collectivites() -> pd.DataFrame:
    """62 lignes de `dim_collectivite`."""
    lignes = [_commune(c) for c in _COMMUNES]
    lignes += [_commune(_serie(i)) for i in range(1, _SERIE + 1)]
    lignes += [_autre(a) for a in _AUTRES]
    return pd.DataFrame(lignes)


def _serie(i: int) -> tuple[str, str, int, str, str, str, str, str]:
    population = 100 * i
    bandes = [(500, "commune-0-499"), (1000, "commune-500-999"), (3500, "commune-1000-3499")]
    strate = next((s for borne, s in bandes if population < borne), "commune-3500-4999")
    return (f"01{600 + i}", f"Villers-{i:02d}", population, strate, "01", "84", "240100883", "01990")


def _commune(ligne: tuple[str, str, int, str, str, str, str, str]) -> dict[str, object]:
    code, nom, population, strate, departement, region, epci, postaux = ligne
    return {
        "collectivite_id": f"commune-{code}", "type": "commune", "code": code,
        "siren": f"21{code.replace('A', '0').zfill(7)}", "nom": nom, "population": population,
        "strate": strate, "departement": departement, "region": region, "epci": epci, "ept": None,
        "zone": "outre_mer" if departement.startswith("97") else "metropole",
        "couverture": "perimetre" if departement in ("01", "33") else "inconnue",
        "codes_postaux": postaux, "porteur_id": None, "millesime": "2026",
    }  # fmt: skip


def _autre(
    ligne: tuple[str, str, str, int, str | None, str | None, str, str],
) -> dict[str, object]:
    type_, code, nom, population, strate, departement, region, porteur = ligne
    return {
        "collectivite_id": f"{type_}-{code}", "type": type_, "code": code,
        "siren": code if type_ in ("epci", "ept") else None, "nom": nom, "population": population,
        "strate": strate, "departement": departement, "region": region, "epci": None, "ept": None,
        "zone": "metropole", "couverture": "perimetre" if departement in ("01", "33") else "inconnue",
        "codes_postaux": "", "porteur_id": porteur or None, "millesime": "2026",
    }  # fmt: skip


def build_codes_anciens() -> pd.DataFrame:
    """Une commune déléguée qui garde son code, une fusion, deux arrondissements."""
    return pd.DataFrame(
        [
            ("01015", "01015", "Arbignieu", "commune-deleguee", True),
            ("01340", "01015", "Saint-Bois", "ancien-code", False),
            ("69383", "69123", "Lyon 3e Arrondissement", "arrondissement-municipal", False),
            ("75115", "75056", "Paris 15e Arrondissement", "arrondissement-municipal", False),
        ],
        columns=["code", "code_actuel", "nom", "nature", "encore_actuel"],
    )


def build_opsn() -> pd.DataFrame:
    """Deux OPSN : l'un couvre la Gironde, l'autre n'a qu'une adhérente à Lyon."""
    return pd.DataFrame(
        [("opsn-a", "Gironde Numérique", "", "syndicat mixte", None, ""),
         ("opsn-b", "Opérateur du Rhône", "", "association", None, "")],
        columns=["opsn_id", "nom", "sigle", "forme_juridique", "siret", "source_url"],
    )  # fmt: skip


def build_liens_opsn() -> pd.DataFrame:
    """Le périmètre de l'un ; les adhésions de l'autre, dont un département, qui n'amène pas ses communes."""
    return pd.DataFrame(
        [
            ("opsn-a", "departement-33", "perimetre", "opsn"),
            ("opsn-b", "commune-69123", "adherente", "opsn"),
            ("opsn-b", "departement-01", "adherente", "opsn"),
        ],
        columns=["opsn_id", "cible_id", "nature", "source_id"],
    )
