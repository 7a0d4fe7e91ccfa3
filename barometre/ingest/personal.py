"""Ce qu'un texte libre dit d'une personne : courriel, téléphone, numéro, mot de passe, nom ; jamais gardé."""

from __future__ import annotations

import re
from functools import cache

from barometre.ingest.vocabulary import load_prenoms

_MAJUSCULE = "A-ZÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸ"
_NOM = rf"[{_MAJUSCULE}](?:[\w’']|-(?=\w))+"
_NOMS = rf"(?:[{_MAJUSCULE}]\.[ ]?)?{_NOM}(?:[ ]{_NOM}){{0,2}}"
# « jean(at)mairie.fr », « jean [arobase] mairie . fr » : ce que l'on écrit pour n'être pas lu par un robot.
_AROBASE = (
    r"(?:@|[ ]?[\[(<{][ ]?(?:at|a|arobase|arobas|chez)[ ]?[\])>}][ ]?|[ ]arobase[ ]|[ ]at[ ](?=[\w-]+\.\w))"
)
_POINT = (
    r"(?:\.|[ ]?[\[(][ ]?(?:dot|point)[ ]?[\])][ ]?"
    r"|[ ](?:\.[ ]?|point[ ])(?=(?:fr|com|org|net|eu|gouv)\b))"
)
_COURRIEL = re.compile(rf"[\w.+-]{{1,64}}{_AROBASE}[\w-]{{1,63}}(?:{_POINT}[\w-]{{1,63}})+", re.IGNORECASE)
_TELEPHONE = re.compile(
    r"(?<!\d)(?:\(?(?:\+|00)33\)?[ .-]?(?:\(0\)[ .-]?)?|0)[1-9](?:[ ./_-]{0,2}\d{2}){4}(?!\d)"
    r"|(?<!\d)0[67](?:[ .]?\d){8}(?!\d)"
)
# Compte bancaire, sécurité sociale, carte : « FR76 3000 … », « 1 85 05 78 006 084 36 ».
_NUMERO = re.compile(
    r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z\d]{4}){3,7}(?:[ ]?[A-Z\d]{1,3})?\b"
    r"|(?<!\d)[12][ ]?\d{2}[ ]?(?:0[1-9]|1[0-2]|[2-9]\d)"
    r"[ ]?(?:\d{2}|2[AB])[ ]?\d{3}[ ]?\d{3}[ ]?\d{2}(?!\d)"
    r"|(?<!\d)\d{4}(?:[ -]\d{4}){3}(?!\d)"
)
_JETON = re.compile(
    r"(?P<cle>[?&](?:token|key|jeton|sid|pass|password|auth|secret)=)[^\s&#\[]+", re.IGNORECASE
)
_SECRET = re.compile(
    r"(?<!\[)\b(?P<mot>(?:mots? de passe|mdp|p[a@]ssw[o0]rd|passwd|pwd|pass|login|identifiants?|ssid"
    r"|token|jeton"
    r"|(?:codes?|cl[ée]s?|clefs?) (?:wi-?fi|wpa2?|wep|api|réseau|d[’']accès|de sécurité|secr[eè]te?)"
    r"|codes?(?=[ ]?:[ ]?\d))\b"
    r"(?:[ ](?:du[ ]|de[ ](?:la[ ]|l[’'])?)?(?:wi-?fi|messagerie|session|ordinateur|poste|mairie|site))?)"
    r"(?P<lien>[^.:=\n\[\]]{0,20}?\s*(?:[:=]|->|→)\s*|[\s,]+(?:(?:est|is|c[’']est)\b)?\s*)"
    r"(?P<secret>[^\s,;]+)",
    re.IGNORECASE,
)
# « login admin / pass admin » : les deux mots ensemble déclarent ce qui les suit.
_COUPLE = re.compile(
    r"\b(?P<un>login|identifiant|user|ssid)[ ]?:?[ ]?[^\s/,;:\[]+"
    r"(?P<entre>[ ]?[/,;]?[ ]?(?:(?:pass(?:word)?|mdp|mot de passe)[ ]?:?[ ]?|(?<=/)|(?<=/ )))[^\s,;\[]+",
    re.IGNORECASE,
)
_CIVILITE = re.compile(rf"\b(?P<titre>M\.|Mr\.?|Mme\.?|Mlle\.?|[Mm]onsieur|[Mm]adame|Dr\.?|Me)[ ]{_NOMS}")
_APPEL = re.compile(
    r"\b(?P<appel>(?:[Jj]e (?:m[’']appelle|suis)|[Cc]ontact(?:er|ez)?|[Dd]emandez|[Jj]oindre|[Ss]igné"
    rf"|[Pp]rénom|[Nn]om)[ ]?:?[ ]?){_NOM}(?:[ ]{_NOM}){{1,2}}"
)
_PERSONNE = re.compile(rf"(?<![\w-])[{_MAJUSCULE}][a-zàâäçéèêëîïôöùûü]{{2,}}(?:-[{_MAJUSCULE}]\w+)?[ ]"
                       rf"(?=[{_MAJUSCULE}]{{4,}}\b)(?P<famille>[{_MAJUSCULE}]{{4,}})\b")  # fmt: skip
RETIRE = re.compile(r"\[(?:courriel|téléphone|numéro|mot de passe|nom) retiré\]")


@cache
def _compile_prenoms() -> re.Pattern[str]:
    """Un prénom suivi d'un nom (« Claire Martin », « Sylvie B. »), ou un nom en capitales puis un prénom."""
    prenoms = [p for prenom in load_prenoms() for p in (prenom, prenom.upper())]
    un = rf"(?:{'|'.join(sorted(prenoms, key=len, reverse=True))})"
    compose = rf"{un}(?:-{un})?(?![\w-])"
    particule = r"(?:(?:[Dd]e la|[Dd]e|[Dd]u|[Ll]e|[Ll]a|DE LA|DE|DU|LE|LA)[ ]|[Dd]['’])?"
    capitales = rf"[{_MAJUSCULE}]{{2,}}(?:[ '’-][{_MAJUSCULE}]{{2,}}){{0,2}}"
    famille = rf"(?:[{_MAJUSCULE}](?:[\w’']|-(?=\w))+|[{_MAJUSCULE}]\.)"
    return re.compile(rf"(?<![\w-])(?:{compose}[ ]{particule}{famille}|{capitales}[ ]{compose})")


def mask_personal(texte: str) -> str:
    """Le texte sans courriel, téléphone, numéro personnel, mot de passe ni nom de personne reconnus.

    Un nom se reconnaît à ce qui le précède (« Mme », « contacter »), à sa forme (« Jean DUPONT ») ou à un
    prénom répandu : rien ne reconnaît tous les noms, et un mot de trop retiré d'un texte libre ne change
    aucun chiffre.
    """
    if len(texte) < 6:
        return texte
    texte = _NUMERO.sub("[numéro retiré]", _COURRIEL.sub("[courriel retiré]", texte))
    texte = _TELEPHONE.sub("[téléphone retiré]", texte)
    texte = _JETON.sub(r"\g<cle>[mot de passe retiré]", texte)
    texte = _COUPLE.sub(r"\g<un> [mot de passe retiré]\g<entre>[mot de passe retiré]", texte)
    texte = _SECRET.sub(_mask_secret, texte)
    texte = _CIVILITE.sub(r"\g<titre> [nom retiré]", texte)
    texte = _APPEL.sub(r"\g<appel>[nom retiré]", texte)
    return _PERSONNE.sub("[nom retiré]", _compile_prenoms().sub("[nom retiré]", texte))


def mask_extrait(texte: str, signes: int = 60) -> str:
    """Le début d'un texte lu dans un fichier, pour un motif ou un compte rendu : sans rien de personnel.

    Nettoyé avant d'être coupé : un numéro coupé en deux ne se reconnaîtrait plus.
    """
    return mask_personal(texte)[:signes]


def _mask_secret(trouve: re.Match[str]) -> str:
    """« Mot de passe faible » reste : sans « : » ni « = », un secret porte un chiffre ou un signe."""
    declare = trouve["lien"].strip()[-1:] in {":", "=", ">", "→"}
    secret = trouve["secret"].strip(".!?)»\"'")
    if secret.startswith("[") or not (declare or re.search(r"\d|[^\w'’-]", secret)):
        return trouve[0]
    return f"{trouve['mot']}{trouve['lien']}[mot de passe retiré]"
