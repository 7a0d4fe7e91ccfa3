"""Le chiffre publié par le baromètre à côté du nôtre, et pourquoi ils diffèrent."""

from __future__ import annotations

from dataclasses import dataclass

from barometre.domain.chiffre import ChiffrePublie
from barometre.domain.formats import INSECABLE, format_effectif, format_nombre
from barometre.domain.indicateur import Indicateur
from barometre.views.lecture.chiffres import Chiffre, format_cellule

# La démonstration part des chiffres publiés (`pipeline.demo.targets`) : s'y retrouver n'est pas une preuve.
SUIVI = "Les réponses simulées ont été tirées pour suivre ce chiffre publié : leur accord ne prouve rien."
SUIVI_BREF = "la simulation le suit"


@dataclass(frozen=True, slots=True)
class PublieACote:
    """Un chiffre publié, tel que publié, et l'explication de l'écart."""

    libelle: str
    valeur: str
    base: str
    annee: str
    source_url: str
    extrait: str
    explication: str
    # Le nôtre, pour la même vague et la France entière ; vide s'il ne peut être montré.
    vague: str = ""
    brut: str = ""
    redresse: str = ""
    n: str = ""
    # Vrai si notre chiffre est simulé, et que le tirage visait celui-ci.
    suivi: bool = False

    @property
    def mention(self) -> str:
        """« 26 % (la simulation le suit) »."""
        return f"{self.valeur} ({SUIVI_BREF})" if self.suivi else self.valeur


def build_publie(
    publie: ChiffrePublie,
    indicateur: Indicateur,
    meme_vague: Chiffre | None,
    vague: str,
    affichee: str,
    *,
    simulee: bool = False,
) -> PublieACote:
    """`meme_vague` : notre chiffre national de la vague publiée ; `affichee` : celle que montre l'écran."""
    montre = meme_vague if meme_vague is not None and meme_vague.montre else None
    suivi = simulee and is_suivi(publie, indicateur)
    return PublieACote(
        libelle=publie.libelle,
        valeur=format_publie(publie),
        base=publie.base or "base non publiée",
        annee=publie.annee,
        source_url=publie.source_url,
        extrait=publie.extrait,
        explication=_explique(indicateur, meme_vague, vague, affichee, suivi=suivi),
        vague=vague,
        brut=format_cellule(indicateur, montre, "brut") if montre else "",
        redresse=format_cellule(indicateur, montre, "redresse") if montre else "",
        n=format_effectif(montre.n, "réponse") if montre else "",
        suivi=suivi,
    )


def is_suivi(publie: ChiffrePublie, indicateur: Indicateur) -> bool:
    """Vrai si la démonstration tire ses réponses pour retrouver cette part publiée."""
    return publie.valeur is not None and publie.unite == "%" and indicateur.calcul.regle == "part_options"


def format_publie(publie: ChiffrePublie) -> str:
    """La valeur telle que publiée, à la française."""
    if publie.valeur is None:
        # « moins de 10 » ne dit pas de quoi ; « près de la moitié » se passe de son « % ».
        chiffre = publie.valeur_texte[-1:].isdigit()
        return f"{publie.valeur_texte}{INSECABLE}{publie.unite}" if chiffre else publie.valeur_texte
    decimales = 0 if float(publie.valeur).is_integer() else 1
    return f"{format_nombre(publie.valeur, decimales)}\u202f{publie.unite}".rstrip()


def _explique(
    indicateur: Indicateur, meme_vague: Chiffre | None, vague: str, affichee: str, *, suivi: bool
) -> str:
    debut = "Le chiffre publié est brut : il compte les répondants sans corriger leur profil."
    debut += f" {SUIVI}" if suivi else ""
    if meme_vague is None or not meme_vague.montre:
        return f"{debut} Aucun chiffre de la même vague ne peut être montré ici."
    ici = (
        f"Ici, pour la même vague ({vague}) : {format_cellule(indicateur, meme_vague, 'brut')} en brut, "
        f"{format_cellule(indicateur, meme_vague, 'redresse')} une fois redressé, "
        f"sur {format_effectif(meme_vague.n, 'réponse')}."
    )
    autre = (
        "" if vague == affichee else f"Le chiffre affiché au-dessus est celui d’une autre vague : {affichee}."
    )
    return " ".join(filter(None, (debut, ici, autre)))
