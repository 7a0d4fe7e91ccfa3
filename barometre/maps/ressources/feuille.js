// Le programme ne contient aucune donnée : il est le même pour toutes les cartes.
function poserMotifs(couleurs) {
    document.getElementById("motifs")?.remove();
    const trame = (id, fond, dessin) => '<pattern id="' + id + '" width="6" height="6" '
        + 'patternUnits="userSpaceOnUse">' + '<rect width="6" height="6" fill="' + fond + '"/>'
        + dessin + '</pattern>';
    const rayures = '<path d="M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2" stroke="#fff" stroke-width="1.8"/>';
    const semis = '<circle cx="3" cy="3" r="0.8" fill="var(--points)"/>';
    document.body.insertAdjacentHTML("beforeend",
        '<svg id="motifs" width="0" height="0" style="position:absolute"><defs>'
        + couleurs.map((c, r) => trame("hachure-" + r, c, rayures)).join("") + trame("absent", "var(--absent)", semis)
        + '</defs></svg>');
}
function poserLieux(carte, groupe, lot) {
    // streamlit-folium a ôté le groupe précédent ; il ne l'oublie pas de lui-même.
    window.feature_group = [];
    suivreApparence();
    poserMotifs(lot.couleurs);
    const remplir = (p) => p.m === "points" ? "url(#absent)"
        : p.m === "hachure" ? "url(#hachure-" + p.r + ")" : lot.couleurs[p.r];
    const style = (f) => ({ fillColor: remplir(f.properties), fillOpacity: 1,
        weight: lot.epaisseur, opacity: 1 });
    const couche = L.geoJSON(lot.formes, {
        style: style, smoothFactor: 0.5,
        onEachFeature: (f, forme) => {
            forme.bindTooltip(lot.bulles[f.properties.i], { sticky: true, className: "bulle" });
            forme.on("mouseover", () => { forme.getElement()?.classList.add("survol"); forme.bringToFront(); });
            forme.on("mouseout", () => forme.getElement()?.classList.remove("survol"));
        },
    }).addTo(groupe);
    poserDecor(carte, groupe, lot);
    carte.getContainer().setAttribute("aria-label", lot.nom);
    cadrer(carte, lot.cadres.reduce((b, c) => b.extend(c.b), couche.getBounds()));
}
// La page autour choisit clair ou sombre (le menu, ou l'appareil) : ce document prend la même apparence.
function suivreApparence() {
    const page = window.parent.document.querySelector(".stApp") ?? document.body;
    document.documentElement.style.colorScheme = window.parent.getComputedStyle(page).colorScheme;
}
window.addEventListener("message", (m) => { if (m.data?.type === "streamlit:render") { suivreApparence(); } });
// Un nom tient dans son cadre, en grand puis en petit ; sinon au-dessus d'un cadre large, ou à droite, sur la mer,
// à hauteur du bord bas : plus haut, celui de la Guadeloupe touche la Bretagne.
function placerNom(carte, nom, petit) {
    const [[sud, ouest], [nord, est]] = nom.b;
    const dedans = tient(carte, nom, petit ? 40 : 0);
    const lieu = dedans || est - ouest > 3 ? [nord, ouest] : [sud, est];
    nom.bulle.options.offset = L.point(dedans ? [-4, petit ? 6 : 8] : lieu[0] === nord ? [-4, -6] : [-5, -4]);
    nom.bulle.setLatLng(lieu);
}
// Une bande en haut du cadre lui est laissée : trop basse, les lettres toucheraient la forme.
function tient(carte, nom, hauteur) {
    const [haut, bas] = [[nom.b[1][0], nom.b[0][1]], [nom.b[0][0], nom.b[1][1]]]
        .map((p) => carte.latLngToContainerPoint(p));
    return nom.bulle.getElement().offsetWidth + 2 <= bas.x - haut.x && bas.y - haut.y >= hauteur;
}
// À chaque échelle sa place : le cadre change de taille, les lettres non, et toutes ont la même.
function placerNoms(carte) {
    const noms = (carte.noms ?? []).filter((nom) => nom.bulle.getElement());
    const ecrire = (petit) => noms.forEach((n) => n.bulle.getElement().classList.toggle("petit", petit));
    ecrire(false);
    const petit = !noms.every((nom) => tient(carte, nom, 0));
    ecrire(petit);
    noms.forEach((nom) => placerNom(carte, nom, petit));
}
function poserDecor(carte, groupe, lot) {
    lot.cadres.forEach((c) => {
        L.rectangle(c.b, { color: "var(--contour)", weight: 0.6, opacity: 0.5, fill: false, interactive: false })
            .addTo(groupe);
    });
    carte.noms = lot.cadres.map((c) => ({ b: c.b, bulle: L.tooltip({ permanent: true, direction: "right",
        className: "encart-nom", opacity: 1 }).setLatLng(c.b[1]).setContent(c.nom).addTo(groupe) }));
    placerNoms(carte);
    if (lot.couche.length) {
        L.geoJSON({ type: "FeatureCollection", features: lot.couche }, { interactive: false,
            style: (f) => ({ fill: false, color: "var(--texte)", weight: f.properties.n > 1 ? 2.2 : 1.2,
                dashArray: f.properties.n > 1 ? null : "4 3" }) }).addTo(groupe);
    }
}
function preparer(carte, canal) {
    L.control.zoom({ position: "topright", zoomInTitle: "Rapprocher", zoomOutTitle: "Éloigner" })
        .addTo(carte);
    carte.setMinZoom(3);
    // Au doigt : un seul fait défiler la page, deux déplacent et agrandissent la carte.
    if (window.matchMedia("(pointer: coarse)").matches) { carte.dragging.disable(); }
    carte.getContainer().setAttribute("role", "region");
    new ResizeObserver(() => { if (!carte.deplacee) { ajuster(carte); } }).observe(carte.getContainer());
    carte.on("zoomend resize", () => placerNoms(carte));
    document.fonts?.ready.then(() => placerNoms(carte));
    carte.on("movestart zoomstart", () => {
        if (!carte.deNous) { carte.deplacee = carte.duLecteur = true; }
    });
    lierVues(carte, canal);
}
// Un mouvement vient du lecteur (souris, doigt, clavier, boutons) ou de nous : seul le sien se suit.
function bouger(carte, deplacer) {
    carte.deNous = true;
    deplacer();
    carte.deNous = false;
}
function ajuster(carte) {
    const boite = carte.getContainer();
    // Un cadre encore sans taille donnerait un zoom infini, dont Leaflet ne revient pas.
    if (!carte.bornes || boite.clientWidth < 40 || boite.clientHeight < 40) { return; }
    bouger(carte, () => {
        carte.invalidateSize({ pan: false });
        // En haut, de quoi écrire le nom d'un cadre.
        carte.fitBounds(carte.bornes, { paddingTopLeft: [6, 14], paddingBottomRight: [6, 6], animate: false });
    });
}
// Le même territoire garde la vue du lecteur ; un autre se montre en entier.
function cadrer(carte, bornes) {
    if (carte.bornes && carte.bornes.equals(bornes, 0.05)) { return; }
    carte.bornes = bornes;
    carte.deplacee = false;
    ajuster(carte);
    carte.whenReady(() => setTimeout(() => { if (!carte.deplacee) { ajuster(carte); } }, 60));
}
// La vue que l'autre a dite, au pixel près : la redire serait un écho, d'où qu'il vienne.
function estDite(carte, dite) {
    if (!dite || Math.abs(dite.zoom - carte.getZoom()) > 0.01) { return false; }
    const [la, ici] = [dite, carte.getCenter()].map((lieu) => carte.project(lieu, dite.zoom));
    return la.distanceTo(ici) < 2;
}
function lierVues(carte, canal) {
    if (!canal || !window.BroadcastChannel) { return; }
    const fil = new BroadcastChannel(canal);
    carte.on("moveend", () => {
        if (carte.deNous || !carte.duLecteur) { return; }
        carte.duLecteur = false;
        if (estDite(carte, carte.dite)) { return; }
        carte.dite = null;
        const c = carte.getCenter();
        fil.postMessage({ lat: c.lat, lng: c.lng, zoom: carte.getZoom() });
    });
    fil.onmessage = (m) => {
        carte.deplacee = true;
        carte.dite = m.data;
        bouger(carte, () => carte.setView([m.data.lat, m.data.lng], m.data.zoom, { animate: false }));
        // Un geste en cours ici cède : sinon sa fin renverrait une vue déjà quittée.
        carte.duLecteur = false;
    };
}
