"""Ce qu'un texte libre dit d'une personne : courriel, téléphone, mot de passe, nom ; jamais gardé."""

from __future__ import annotations

import re

_MAJUSCULE = "A-ZÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸ"
_NOM = rf"[{_MAJUSCULE}](?:[\w’']|-(?=\w))+"
_NOMS = rf"(?:[{_MAJUSCULE}]\.[ ]?)?{_NOM}(?:[ ]{_NOM}){{0,2}}"
_COURRIEL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_TELEPHONE = re.compile(r"(?<!\d)(?:(?:\+|00)33[ .-]?(?:\(0\)[ .-]?)?|0)[1-9](?:[ .-]?\d{2}){4}(?!\d)")
_SECRET = re.compile(
    r"\b(?P<mot>mots? de passe|mdp|password|passwd|pwd|login|identifiant|code (?:wifi|d[’']accès|secret))\b"
    r"(?P<lien>[^.:=\n]{0,20}?\s*(?:[:=]|->|→)\s*|\s+(?:est|is)?\s*)"
    r"(?P<secret>[^\s,;]+)",
    re.IGNORECASE,
)
_CIVILITE = re.compile(rf"\b(?P<titre>M\.|Mr\.?|Mme\.?|Mlle\.?|[Mm]onsieur|[Mm]adame|Dr\.?|Me)[ ]{_NOMS}")
_APPEL = re.compile(
    r"\b(?P<appel>(?:[Jj]e (?:m[’']appelle|suis)|[Cc]ontact(?:er|ez)?|[Dd]emandez|[Jj]oindre|[Ss]igné"
    rf"|[Pp]rénom|[Nn]om)[ ]?:?[ ]?){_NOM}(?:[ ]{_NOM}){{1,2}}"
)
_PERSONNE = re.compile(rf"(?<![\w-])[{_MAJUSCULE}][a-zàâäçéèêëîïôöùûü]{{2,}}(?:-[{_MAJUSCULE}]\w+)?[ ]"
                       rf"(?=[{_MAJUSCULE}]{{4,}}\b)(?P<famille>[{_MAJUSCULE}]{{4,}})\b")  # fmt: skip
RETIRE = re.compile(r"\[(?:courriel|téléphone|mot de passe|nom) retiré\]")


def mask_personal(texte: str) -> str:
    """Le texte sans courriel, téléphone, mot de passe ni nom de personne reconnus.

    Un nom se reconnaît à ce qui le précède (« Mme », « contacter ») ou à sa forme (« Jean DUPONT ») : rien
    ne reconnaît tous les noms, et un mot de trop retiré d'un texte libre ne change aucun chiffre.
    """
    if len(texte) < 6:
        return texte
    texte = _TELEPHONE.sub("[téléphone retiré]", _COURRIEL.sub("[courriel retiré]", texte))
    texte = _SECRET.sub(_mask_secret, texte)
    texte = _CIVILITE.sub(r"\g<titre> [nom retiré]", texte)
    texte = _APPEL.sub(r"\g<appel>[nom retiré]", texte)
    return _PERSONNE.sub("[nom retiré]", texte)


def _mask_secret(trouve: re.Match[str]) -> str:
    """« Mot de passe faible » reste : sans « : » ni « = », un secret porte un chiffre ou un signe."""
    declare = trouve["lien"].strip()[-1:] in {":", "=", ">", "→"}
    secret = trouve["secret"].strip(".!?)»\"'")
    if secret.startswith("[") or not (declare or re.search(r"\d|[^\w'’-]", secret)):
        return trouve[0]
    return f"{trouve['mot']}{trouve['lien']}[mot de passe retiré]"
