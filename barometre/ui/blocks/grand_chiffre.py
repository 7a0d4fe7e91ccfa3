"""La carte d'un chiffre : grand nombre, intervalle en mots, note, et « Puis-je citer ce chiffre ? »."""

from __future__ import annotations

from collections.abc import Sequence

from barometre.domain.formats import format_effectif
from barometre.domain.notes import describe_note, format_note
from barometre.ui.blocks.textes import build_bouton_copier, build_lien_page, lien, texte
from barometre.views.lecture.citation import HORS_BIAIS, Citation
from barometre.views.lecture.ligne import LigneIndicateur
from barometre.views.lecture.prudence import build_prudence
from barometre.views.lecture.publies import SUIVI_BREF, PublieACote
from barometre.views.lecture.selection import build_adresse

NOMS_VALEURS = {"redresse": "redressé", "brut": "brut"}
SEUL_BRUT = "brut, non redressé\u202f: moins de 30 réponses"


def build_carte(ligne: LigneIndicateur, valeur: str) -> str:
    """Le HTML d'une carte ; tout texte y est échappé."""
    corps = _corps_montre(ligne, valeur) if ligne.chiffre.montre else _corps_cache(ligne)
    return (
        f'<article class="baro-carte"><h3>{texte(ligne.indicateur.titre)}</h3>'
        f"{corps}{build_citer(ligne.citation)}{build_publies(ligne)}</article>"
    )


def build_carte_breve(ligne: LigneIndicateur, valeur: str) -> str:
    """Une carte de l'Essentiel : le chiffre et sa preuve sur une ligne ; le reste se déplie."""
    if not ligne.chiffre.montre:
        return build_carte(ligne, valeur)
    autre = "brut" if valeur == "redresse" else "redresse"
    brut = ligne.chiffre.est_brut
    faits = (
        ligne.indicateur.parmi,
        ligne.intervalle if valeur == "redresse" or brut else f"redressé : {ligne.intervalle}",
        format_note(ligne.chiffre.note, simulee=ligne.contexte.simulee),
        SEUL_BRUT if brut else f"{NOMS_VALEURS[autre]} {ligne.get_texte(autre)}",
        format_effectif(ligne.chiffre.n, "réponse"),
    )
    return (
        f'<article class="baro-carte"><h3>{texte(ligne.indicateur.titre)}</h3>'
        f'<p class="baro-chiffre">{texte(ligne.get_texte(valeur))}</p>'
        f'<p class="baro-preuve">{texte(" · ".join(filter(None, faits)))}</p>'
        f"{build_citer(ligne.citation, _definition(ligne))}{build_publies(ligne)}</article>"
    )


def _definition(ligne: LigneIndicateur) -> str:
    return f"<p>{texte(ligne.indicateur.definition)}</p>{_prudence(ligne)}"


def _preuve(ligne: LigneIndicateur, valeur: str) -> str:
    """Le brut reste à côté du redressé, l'effectif et la vague avec eux."""
    compte = f"{format_effectif(ligne.chiffre.n, 'réponse')}, {texte(ligne.contexte.vague)}."
    if ligne.chiffre.est_brut:
        return f"{SEUL_BRUT}\u202f; {compte}"
    autre = "brut" if valeur == "redresse" else "redresse"
    seconde = f"{NOMS_VALEURS[autre]}\u202f: {texte(ligne.get_texte(autre))}"
    return f"{NOMS_VALEURS[valeur]}\u202f; {seconde}\u202f; {compte}"


def _corps_montre(ligne: LigneIndicateur, valeur: str) -> str:
    note = build_note(ligne.chiffre.note, simulee=ligne.contexte.simulee)
    return (
        f'<p class="baro-chiffre">{texte(ligne.get_texte(valeur))}</p>'
        f"<p>{_intervalle(ligne, valeur)}{_prudence(ligne)}</p><p>{texte(ligne.indicateur.definition)}</p>"
        f'<p class="baro-preuve">{note}<br>Chiffre {_preuve(ligne, valeur)}</p>'
    )


def _intervalle(ligne: LigneIndicateur, valeur: str) -> str:
    """L'intervalle est celui du chiffre redressé : sous un chiffre brut, on le redit."""
    if not ligne.intervalle:
        return ""
    rappel = (
        ""
        if valeur == "redresse" or ligne.chiffre.est_brut
        else f"Redressé : {ligne.get_texte('redresse')}, "
    )
    return f"{texte(rappel + ligne.intervalle)} <small>({HORS_BIAIS})</small>"


def _prudence(ligne: LigneIndicateur) -> str:
    """Où serait le chiffre si celles qui répondent « oui » n'avaient pas la même envie de répondre."""
    phrase = build_prudence(ligne.indicateur, ligne.chiffre)
    return f'<br><small class="baro-prudence">{texte(phrase)}</small>' if phrase else ""


def _corps_cache(ligne: LigneIndicateur) -> str:
    elargi = ""
    if ligne.elargi:
        lien_large = build_lien_page(f"?{build_adresse(ligne.elargi.selection)}", ligne.elargi.phrase)
        elargi = f"<p>Plus large\u202f: {lien_large}.</p>"
    return (
        f'<p class="baro-chiffre baro-absent">Non publié</p>'
        f"<p>{texte(ligne.citation.explication)}</p>{elargi}"
        f"<p>{texte(ligne.indicateur.definition)}</p>"
    )


def build_note(note: str, *, simulee: bool) -> str:
    """La note en lettre et en mots : la couleur ne porte aucun sens à elle seule."""
    mots = texte(describe_note(note, simulee=simulee))
    return f'<span class="baro-note baro-note-{note.lower() or "absente"}">{mots}</span>'


def build_citer(citation: Citation, suite: str = "") -> str:
    """« Puis-je citer ce chiffre ? » : la réponse, sa raison, la phrase à copier ; `suite` est du HTML."""
    copier = ""
    if citation.a_copier:
        copier = (
            f"<blockquote>{texte(citation.a_copier)}</blockquote>"
            f"{build_bouton_copier('Copier la phrase', citation.a_copier)}"
        )
    return (
        "<details><summary>Puis-je citer ce chiffre\u202f?</summary>"
        f"<p><strong>{texte(citation.reponse)}.</strong> {texte(citation.explication)}</p>"
        f"{copier}{suite}</details>"
    )


def build_publies(ligne: LigneIndicateur) -> str:
    """Les chiffres publiés par le baromètre, à côté du nôtre : deux fois le même n'en font qu'un."""
    par_valeur: dict[str, list[PublieACote]] = {}
    for publie in ligne.publies:
        par_valeur.setdefault(publie.mention, []).append(publie)
    return "".join(_publies(publies) for publies in par_valeur.values())


def _publies(publies: Sequence[PublieACote]) -> str:
    detail = "".join(_publie(publie) for publie in publies)
    # Sur une ligne : trois cartes tiennent la page en deux écrans.
    qui, suivi = "Publié par le baromètre", ""
    if publies[0].suivi:
        qui, suivi = "Publié", f" <small>({SUIVI_BREF})</small>"
    return (
        f'<details class="baro-publie"><summary>{qui}\u202f: '
        f"<strong>{texte(publies[0].valeur)}</strong>{suivi}</summary>{detail}</details>"
    )


def _publie(publie: PublieACote) -> str:
    source = lien(f"source, {publie.annee}" if publie.annee else "source", publie.source_url)
    return (
        f"<p>{texte(publie.libelle)} ({source}). Base\u202f: {texte(publie.base)}.</p>"
        f"<p>{texte(publie.explication)}</p>"
    )
