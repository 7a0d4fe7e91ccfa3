// Streamlit n'a pas de version française : ce script traduit les mots à lui que le lecteur rencontre,
// et copie l'adresse de la page. Il ne touche jamais à un texte qui n'est pas, mot pour mot, dans sa liste.
// Le serveur est ici : sans cela, une page profonde le cherche d'abord sous sa propre adresse (deux 404 au journal).
window.__streamlit ??= { BACKEND_BASE_URL: new URL("..", import.meta.url).href };

const MOTS = new Map(Object.entries({
  "About": "À propos", "Get help": "Aide", "Report a bug": "Signaler un problème", "Print": "Imprimer",
  "Rerun": "Actualiser", "Settings": "Réglages", "Theme": "Apparence", "Light": "Clair", "Dark": "Sombre",
  "System": "Comme l’appareil", "Use system setting": "Comme l’appareil", "Main menu": "Menu principal",
  "Made with Streamlit v": "Fait avec Streamlit ", "Record a screencast": "Enregistrer l’écran", "Clear cache": "Vider le cache",
  "Close": "Fermer", "Cancel": "Annuler", "Copy": "Copier", "Copied": "Copié", "Dismiss": "Fermer",
  "Copy to clipboard": "Copier", "Copied to clipboard": "Copié", "Done": "Terminé", "Retry": "Réessayer",
  "Try again": "Réessayer", "Error": "Erreur", "Warning": "Attention", "Stop": "Arrêter",
  "Running...": "Chargement…", "Running…": "Chargement…", "Connecting": "Connexion…",
  "Connecting to Streamlit server": "Connexion au serveur…", "Connection error": "Connexion perdue",
  "Connection timed out": "Connexion perdue", "Connection timed out.": "La connexion a expiré.",
  "Reconnected to server.": "Connexion rétablie.", "Page not found": "Cette page n’existe pas",
  "Streamlit server is not responding. Are you connected to the internet?":
    "Le serveur ne répond pas. Êtes-vous connecté à internet ?",
  "Script execution error": "Erreur", "Unknown error": "Erreur inconnue", "Network error": "Erreur de réseau",
  "Sidebar": "Menu", "App pages": "Pages", "Collapse sidebar": "Replier le menu",
  "Expand sidebar": "Ouvrir le menu", "Open sidebar": "Ouvrir le menu", "Close sidebar": "Fermer le menu",
  "Navigate to home page": "Revenir à l’accueil", "Skip to main content": "Aller au contenu",
  "View more": "Voir plus", "View less": "Voir moins", "Notifications": "Messages", "Logo": "Logo",
  "Scroll tabs left": "Onglets précédents", "Scroll tabs right": "Onglets suivants",
  "Toolbar action": "Action", "Link to heading": "Lien vers ce titre",
  "Fullscreen": "Plein écran", "View fullscreen": "Plein écran", "Close fullscreen": "Quitter le plein écran",
  "Exit fullscreen": "Quitter le plein écran", "Toggle fullscreen": "Plein écran",
  "Choose an option": "Choisir", "Choose options": "Choisir", "Choose or add an option": "Choisir ou écrire",
  "Choose or add options": "Choisir ou écrire", "Add an option": "Ajouter", "Add options": "Ajouter",
  "No options to select": "Aucun choix", "No options to select.": "Aucun choix", "No options": "Aucun choix",
  "No results": "Aucun résultat", "Select...": "Choisir", "Select all": "Tout choisir", "Clear all": "Tout effacer",
  "Clear value": "Effacer", "Clear entry": "Effacer", "Clear selection": "Effacer la sélection", "Open": "Ouvrir",
  "Selected values": "Choix", "Selectbox options": "Choix possibles", "Multiselect options": "Choix possibles",
  "Increment": "Augmenter", "Decrement": "Diminuer", "Type to search": "Chercher",
  "Search": "Chercher", "Close Search": "Fermer la recherche", "Next Result": "Résultat suivant",
  "Previous Result": "Résultat précédent", "Show/hide columns": "Choisir les colonnes",
  "Sort ascending": "Tri croissant", "Sort descending": "Tri décroissant", "Format": "Format",
  "Autosize": "Ajuster la largeur", "Pin column": "Épingler la colonne", "Unpin column": "Détacher la colonne",
  "Hide column": "Masquer la colonne", "Copy column name": "Copier le nom de la colonne",
  "Dataframe column menu": "Menu de la colonne", "Statistics": "Résumé", "Rename": "Renommer",
  "Download as CSV": "Télécharger en CSV", "Automatic": "Automatique", "Localized": "Format français",
  "Plain": "Simple", "Compact": "Abrégé", "Percent": "Pourcentage", "Scientific": "Scientifique",
  "Count": "Nombre", "Distinct": "Valeurs distinctes", "Empty": "Vides", "Minimum": "Minimum",
  "Maximum": "Maximum", "Average": "Moyenne", "Median": "Médiane", "Sum": "Somme", "Range": "Étendue",
  "Standard deviation": "Écart type", "Values": "Valeurs", "No data": "Aucune donnée", "No content": "Vide",
  "empty": "vide", "dd": "jj", "yyyy": "aaaa", "Upload": "Choisir un fichier", "Browse files": "Choisir un fichier",
  "Add files": "Ajouter des fichiers", "Drag and drop file here": "Déposez un fichier ici",
  "Drag and drop files here": "Déposez des fichiers ici", "Download failed": "Le téléchargement a échoué",
  "Press Enter to apply": "Entrée pour valider", "Press Enter to submit form": "Entrée pour valider",
  "Press Ctrl+Enter to apply": "Ctrl + Entrée pour valider", "Press ⌘+Enter to apply": "⌘ + Entrée pour valider",
  "Zoom": "Agrandir une zone", "Pan": "Déplacer", "Zoom in": "Agrandir", "Zoom out": "Réduire",
  "Reset axes": "Vue de départ", "Autoscale": "Ajuster", "Download plot as a PNG": "Télécharger en image",
  "Download plot as a png": "Télécharger en image",
}));
// Les phrases qui contiennent un nom ou un nombre.
const PHRASES = [
  [/^Made with Streamlit v(.+)$/, "Fait avec Streamlit $1"], [/^Remove (.+)$/, "Retirer $1"], [/^Help for (.+)$/, "Aide : $1"], [/^Add: (.+)$/, "Ajouter : $1"], [/^Select (\d+) matches$/, "Choisir les $1 résultats"],
  [/^View (\d+) more$/, "Voir $1 de plus"], [/^(?:Limit )?(\d+) ?([KMG])B per file(.*)$/, "$1\u00a0$2o par fichier$3"],
  [/^(\d+) rows?$/, "$1 lignes"],
  [/^(?:Error: )?File must be (\d+)(?:\.0)? ?([KMG])B or smaller\.?$/, "Ce fichier dépasse $1\u00a0$2o : il n’est pas reçu."],
  [/^(?:Error: )?(.+) files are not allowed\.?$/, "Les fichiers $1 ne sont pas admis ici."],
  [/^(\d+)(?:\.(\d))?([KMG])B$/, (_, entier, reste, unite) => `${entier}${reste ? `,${reste}` : ""}\u00a0${unite === "K" ? "k" : unite}o`],
  [/^Selected (.+)\. (.+), press down to open dropdown\.?$/, "$1 choisi. $2"],
  [/^You have requested page (.+), but no corresponding file was found in the app's pages\/ directory\. Running the app's main page\.?$/,
    "L’adresse $1 ne mène à aucune page : voici l’accueil."],
  [/^(The page that you have requested does not seem to exist)[\s\S]*$/,
    "Cette adresse ne mène à aucune page : voici l’accueil."],
];
const ATTRIBUTS = ["aria-label", "title", "placeholder", "alt", "data-title"];

function traduire(texte) {
  const net = texte.trim();
  if (net.length < 2 || net.length > 240) return null;
  const mot = MOTS.get(net);
  if (mot !== undefined) return mot;
  const phrase = PHRASES.find(([motif]) => motif.test(net));
  return phrase ? net.replace(phrase[0], phrase[1]) : null;
}

function traduireTexte(noeud) {
  // Les textes des pages sont déjà français : on ne touche pas à ce que nous avons écrit.
  if (noeud.parentElement?.closest(".stMarkdown, .stHtml, [data-testid=stIconMaterial], script, style, canvas, textarea")) return;
  const francais = traduire(noeud.data);
  if (francais !== null && francais !== noeud.data) noeud.data = francais;
}

function traduireAttributs(element) {
  for (const nom of ATTRIBUTS) {
    const valeur = element.getAttribute(nom);
    const francais = valeur && traduire(valeur);
    if (francais && francais !== valeur) element.setAttribute(nom, francais);
  }
}

function parcourir(racine) {
  if (racine.nodeType === Node.TEXT_NODE) { traduireTexte(racine); return; }
  if (racine.nodeType !== Node.ELEMENT_NODE) return;
  const marche = document.createTreeWalker(racine, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let noeud = racine; noeud; noeud = marche.nextNode()) {
    if (noeud.nodeType === Node.TEXT_NODE) traduireTexte(noeud); else traduireAttributs(noeud);
  }
}

new MutationObserver((changements) => {
  placerCurseur();
  for (const changement of changements) {
    if (changement.type === "attributes") traduireAttributs(changement.target);
    else if (changement.type === "characterData") traduireTexte(changement.target);
    else changement.addedNodes.forEach(parcourir);
  }
}).observe(document.documentElement, {
  subtree: true, childList: true, characterData: true, attributes: true,
  attributeFilter: [...ATTRIBUTS, "data-test-script-state"],
});
parcourir(document.documentElement);

// Là où le lecteur agit, la lecture reprend : Streamlit refait un bloc dont les mots changent (« Sélection : … »), et le
// curseur tomberait en haut du document (BODY). Le champ refait à la même place le reçoit ; sinon, le titre de la page.
const COMMANDES = "input, textarea, button, summary, a[href], [role=slider]";
const ou = () => `${location.pathname} ${new URLSearchParams(location.search).get("collectivite") ?? ""}`;
let derniere = ou(), touchee = null, attente = 0;

function listerCommandes(bloc) { return [...bloc.querySelectorAll(COMMANDES)]; }

document.addEventListener("focusin", ({ target }) => {
  // Une liste ouverte dit le curseur sur ses choix, alors que le champ le garde.
  if (target !== document.activeElement || target.closest("[role=listbox]")) return;
  const bloc = target.closest("[class*='st-key-']");
  touchee = { element: target, cle: bloc && [...bloc.classList].find((nom) => nom.startsWith("st-key-")) };
  touchee.rang = bloc ? listerCommandes(bloc).indexOf(target) : -1;
});

function placerCurseur() {
  if (document.activeElement !== document.body) return;
  // Tant que le lien touché est là, il garde le curseur : l'adresse change avant la page.
  if (ou() !== derniere) return poserAuTitre();
  if (!touchee || touchee.element.isConnected) return;
  rendreCurseur();
  // Un bloc refait arrive un instant après l'ancien, ou s'ouvre encore : le titre n'a le curseur que s'il ne vient pas.
  clearTimeout(attente);
  if (document.activeElement === document.body) attente = setTimeout(renoncer, 600);
}

function rendreCurseur() {
  const bloc = touchee.cle && document.querySelector(`.${CSS.escape(touchee.cle)}`);
  const refaite = bloc && listerCommandes(bloc)[touchee.rang];
  refaite?.focus({ preventScroll: true });
}

function renoncer() {
  if (document.activeElement !== document.body || !touchee || touchee.element.isConnected) return;
  rendreCurseur();
  const finie = document.querySelector(".stApp[data-test-script-state=notRunning]");
  if (document.activeElement === document.body && finie) poserAuTitre();
}

function poserAuTitre() {
  const titre = document.querySelector(".stMain h1");
  if (!titre || titre.closest("[data-stale=true]")) return;
  derniere = ou();
  titre.tabIndex = -1;
  titre.focus({ preventScroll: true });
}

// Un geste de plus, et le lecteur est déjà ailleurs : rien ne lui reprend plus le curseur.
document.addEventListener("pointerdown", () => { derniere = ou(); touchee = null; }, true);

async function copier(texte) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(texte);
  // Sans HTTPS, le presse-papiers moderne est fermé : ancienne méthode.
  const champ = Object.assign(document.createElement("textarea"), { value: texte });
  document.body.append(champ);
  champ.select();
  document.execCommand("copy");
  champ.remove();
}

// Un bouton « data-copier » copie l'adresse de la page, ou le texte que porte « data-texte ».
document.addEventListener("click", async (geste) => {
  const bouton = geste.target.closest?.("[data-copier]");
  if (!bouton || bouton.dataset.occupe) return;
  const libelle = bouton.textContent;
  bouton.dataset.occupe = "1";
  await copier(bouton.dataset.texte || window.location.href);
  bouton.textContent = bouton.dataset.fait || "Copié";
  setTimeout(() => { bouton.textContent = libelle; delete bouton.dataset.occupe; }, 2000);
});

// Un lien écrit dans une page ne dit pas la vue prêtée par la démonstration : la suivre la perdrait.
document.addEventListener("click", (geste) => {
  const lien = geste.target.closest?.(".stMain a[href]");
  const vue = new URLSearchParams(location.search).get("voir_comme");
  if (!lien || lien.origin !== location.origin || lien.target === "_blank") return;
  // Vers la même page, Streamlit suit le lien sans écrire son adresse : un lien copié rouvrirait la recherche.
  const avant = location.href;
  // « data-page=garder » : l'adresse en cours, à laquelle ce lien ajoute ses clés.
  if (lien.dataset.page === "garder") {
    const gardee = new URL(avant);
    new URLSearchParams(lien.search).forEach((valeur, cle) => gardee.searchParams.set(cle, valeur));
    lien.href = gardee.href;
  }
  setTimeout(() => {
    if (location.href === avant && lien.pathname === location.pathname) history.pushState({}, "", lien.href);
  });
  if (!vue) return;
  const adresse = new URL(lien.href);
  if (!adresse.searchParams.has("voir_comme")) adresse.searchParams.set("voir_comme", vue);
  lien.href = adresse.href;
}, true);

// Un lien « data-page » mène à une page sans rouvrir l'application, comme ceux du menu : Streamlit suit l'adresse
// quand l'historique change. Un clic qui demande un autre onglet l'ouvre.
document.addEventListener("click", (geste) => {
  const lien = geste.target.closest?.("a[data-page]");
  if (!lien || geste.defaultPrevented || geste.button || geste.ctrlKey || geste.metaKey || geste.shiftKey) return;
  geste.preventDefault();
  const autre = lien.pathname !== location.pathname;
  history.pushState({}, "", lien.href);
  window.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
  if (autre) document.querySelector(".stMain")?.scrollTo(0, 0);
});

// Un bouton « data-ouvrir » déplie le bloc de cette clé, y mène et y pose le curseur : la lecture continue là.
document.addEventListener("click", (geste) => {
  const cle = geste.target.closest?.("[data-ouvrir]")?.dataset.ouvrir;
  const entete = cle && document.querySelector(`.st-key-${CSS.escape(cle)} summary`);
  if (!entete) return;
  if (!entete.closest("details").open) entete.click();
  entete.scrollIntoView({ block: "start" });
  entete.focus({ preventScroll: true });
});

// Un bouton « data-imprimer » ouvre l'impression du navigateur ; la feuille de style cache ce qui ne se lit pas sur papier.
document.addEventListener("click", (geste) => {
  if (geste.target.closest?.("[data-imprimer]")) window.print();
});

// Un bouton « data-fichier » porte les octets d'un fichier : il se fait dans le navigateur, sans rien demander au serveur.
document.addEventListener("click", (geste) => {
  const bouton = geste.target.closest?.("[data-fichier]");
  if (!bouton) return;
  const octets = Uint8Array.from(atob(bouton.dataset.fichier), (signe) => signe.charCodeAt(0));
  const adresse = URL.createObjectURL(new Blob([octets], { type: bouton.dataset.mime }));
  Object.assign(document.createElement("a"), { href: adresse, download: bouton.dataset.nom }).click();
  setTimeout(() => URL.revokeObjectURL(adresse), 10_000);
});

// Un entête « data-trier » range les lignes de son tableau ; un second appui renverse l'ordre.
const ordre = new Intl.Collator("fr", { numeric: true, sensitivity: "base" });
document.addEventListener("click", (geste) => {
  const entete = geste.target.closest?.("[data-trier]")?.closest("th");
  if (!entete) return;
  const sens = entete.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
  for (const autre of entete.parentElement.children) autre.removeAttribute("aria-sort");
  entete.setAttribute("aria-sort", sens);
  const corps = entete.closest("table").tBodies[0], rang = entete.cellIndex;
  const cle = (ligne) => ligne.cells[rang].dataset.tri ?? "";
  // Une case vide reste à la fin, dans les deux sens.
  const lignes = [...corps.rows].sort((a, b) => {
    if (!cle(a) || !cle(b)) return (cle(a) ? 0 : 1) - (cle(b) ? 0 : 1);
    return ordre.compare(cle(a), cle(b)) * (sens === "ascending" ? 1 : -1);
  });
  corps.append(...lignes);
});

// Un tableau « data-court » ne montre que ses premières lignes ; le bouton « data-tout », ou un filtre, les montre toutes.
document.addEventListener("click", (geste) => {
  const bouton = geste.target.closest?.("[data-tout]");
  if (!bouton) return;
  const bloc = bouton.closest(".baro-triable");
  delete bloc.dataset.court;
  // Le bouton disparaît : la lecture continue à la première ligne qu'il cachait.
  const suite = bloc.querySelector(`tbody tr:nth-child(${Number(bouton.dataset.tout) + 1})`);
  suite.tabIndex = -1;
  suite.focus();
});

// Un champ « data-filtrer » ne garde que les lignes qui contiennent tous ses mots, sans égard aux accents.
const nu = (texte) => texte.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
document.addEventListener("input", (geste) => {
  const champ = geste.target.closest?.("[data-filtrer]");
  if (!champ) return;
  const bloc = champ.closest(".baro-triable"), mots = nu(champ.value).split(/\s+/).filter(Boolean);
  bloc.toggleAttribute("data-filtre", mots.length > 0);
  let restent = 0;
  for (const ligne of bloc.querySelectorAll("tbody tr")) {
    const texte = nu(ligne.textContent);
    ligne.hidden = !mots.every((mot) => texte.includes(mot));
    restent += ligne.hidden ? 0 : 1;
  }
  bloc.querySelector("[role='status']").textContent = `${restent} ligne${restent > 1 ? "s" : ""}`;
});
