"""Les noms courts et les noms d'avant : sigles d'EPCI, « PACA », régions d'avant 2016."""

from __future__ import annotations

import re
from collections.abc import Iterator

from barometre.recherche.noms import normalise_nom

MOTS_VIDES = frozenset(["de", "du", "des", "la", "le", "les", "l", "d", "en", "a", "au", "aux"])
_ENTRE_PARENTHESES = re.compile(r"\(([A-Z][A-Za-z0-9]{2,})\)")
LONGUEURS = range(3, 9)
# Régions : sigles d'usage, puis noms d'avant la loi du 16 janvier 2015.
REGIONS: dict[str, tuple[str, ...]] = {
    "02": ("CTM", "Collectivité territoriale de Martinique"),
    "03": ("CTG", "Collectivité territoriale de Guyane"),
    "11": ("IDF",),
    "24": ("CVL", "Centre"),
    "27": ("BFC", "Bourgogne", "Franche-Comté"),
    "28": ("Basse-Normandie", "Haute-Normandie"),
    "32": ("HDF", "Nord-Pas-de-Calais", "Picardie"),
    "44": ("Alsace", "Lorraine", "Champagne-Ardenne"),
    "52": ("PDL",),
    "75": ("NA", "Aquitaine", "Limousin", "Poitou-Charentes"),
    "76": ("Languedoc-Roussillon", "Midi-Pyrénées"),
    "84": ("AURA", "ARA", "Auvergne", "Rhône-Alpes"),
    "93": ("PACA", "Région Sud"),
}  # fmt: skip


# Intercommunalités : sigles et noms d'usage ou d'avant leur passage en métropole, par SIREN.
EPCI: dict[str, tuple[str, ...]] = {
    "243300316": ("CUB", "Communauté urbaine de Bordeaux"),
    "200046977": ("Grand Lyon", "COURLY"),
    "200054781": ("Grand Paris",),
    "246700488": ("CUS", "Communauté urbaine de Strasbourg", "EMS"),
    "200066009": ("m2A",),
    "200059228": ("Grand Paris Sud",),
    "200059889": ("GPS&O",),
    "200093201": ("LMCU", "Lille Métropole"),
    "200023414": ("CREA",),
    "243100518": ("Grand Toulouse",),
    "200054807": ("Marseille Provence Métropole", "MPM", "AMP", "AMP Métropole", "Aix-Marseille Métropole"),
    "200040715": ("La Métro",),
    "242100410": ("Grand Dijon",),
    "242900314": ("Brest Métropole Océane",),
    "200065597": ("Caen la Mer",),
    "200084952": ("CODAH",),
    "249740085": ("CASUD",),
}

# Établissements publics territoriaux de la métropole du Grand Paris, par SIREN : leur numéro au décret de
# création, et le sigle qu'ils se donnent. T1 est Paris.
EPT: dict[str, tuple[str, ...]] = {
    "200057966": ("EPT 2", "T2", "VSGP"),
    "200057974": ("EPT 3", "T3", "GPSO"),
    "200057982": ("EPT 4", "T4", "POLD"),
    "200057990": ("EPT 5", "T5", "BNS"),
    "200057867": ("EPT 6", "T6"),
    "200058097": ("EPT 7", "T7"),
    "200057875": ("EPT 8", "T8"),
    "200058790": ("EPT 9", "T9", "GPGE"),
    "200057941": ("EPT 10", "T10", "PEMB"),
    "200058006": ("EPT 11", "T11"),
    "200058014": ("EPT 12", "T12", "GOSB"),
}

# Départements : sigles et surnoms d'usage, et les six noms que la loi a changés.
DEPARTEMENTS: dict[str, tuple[str, ...]] = {
    "6AE": ("CeA", "Alsace"),
    "04": ("Basses-Alpes",),
    "13": ("BDR",),
    "17": ("Charente-Inférieure",),
    "22": ("Côtes-du-Nord",),
    "44": ("Loire-Inférieure",),
    "64": ("Basses-Pyrénées",),
    "76": ("Seine-Inférieure",),
    "93": ("9-3",),
}

# Communes qui ont changé de nom sans changer de code : les codes anciens n'en disent rien.
COMMUNES: dict[str, tuple[str, ...]] = {
    "51108": ("Châlons-sur-Marne",),
}


def list_sigles(nom: str) -> Iterator[str]:
    """« Métropole Européenne de Lille » → MEL ; « CC du Pays de Nay » → CCPN, PN n'étant pas un sigle."""
    # « CA Porte de l'Isère (CAPI) » : le sien, tel qu'il l'écrit.
    yield from _ENTRE_PARENTHESES.findall(nom)
    mots = normalise_nom(nom).split()
    genre = mots[0] if mots and mots[0] in ("cc", "ca", "cu") else ""
    pleins = [mot for mot in mots[bool(genre) :] if mot not in MOTS_VIDES]
    for gardes in (pleins, [mot for mot in pleins if mot != "et"]):
        initiales = "".join(mot[0] for mot in gardes)
        for sigle in (initiales, genre + initiales):
            if len(sigle) in LONGUEURS:
                yield sigle.upper()
