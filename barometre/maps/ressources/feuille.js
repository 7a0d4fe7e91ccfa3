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
// Sur une carte étroite un nom ne tient pas dans son cadre : à droite, sur la mer ; au-dessus d'un cadre large.
function placerNom(carte, c) {
    const [[sud, ouest], [nord, est]] = c.b;
    if (carte.getContainer().clientWidth > 480) { return { ou: [nord, ouest], offset: [-4, 8] }; }
    return est - ouest > 3 ? { ou: [nord, ouest], offset: [-4, -6] } : { ou: [sud, est], offset: [-3, -6] };
}
function poserDecor(carte, groupe, lot) {
    lot.cadres.forEach((c) => {
        L.rectangle(c.b, { color: "var(--contour)", weight: 0.6, opacity: 0.5, fill: false, interactive: false })
            .addTo(groupe);
        const place = placerNom(carte, c);
        L.tooltip({ permanent: true, direction: "right", className: "encart-nom", offset: place.offset,
            opacity: 1 }).setLatLng(place.ou).setContent(c.nom).addTo(groupe);
    });
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
        carte.fitBounds(carte.bornes, { padding: [6, 6], animate: false });
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
function lierVues(carte, canal) {
    if (!canal || !window.BroadcastChannel) { return; }
    const fil = new BroadcastChannel(canal);
    carte.on("moveend", () => {
        if (carte.deNous || !carte.duLecteur) { return; }
        carte.duLecteur = false;
        const c = carte.getCenter();
        fil.postMessage({ lat: c.lat, lng: c.lng, zoom: carte.getZoom() });
    });
    fil.onmessage = (m) => {
        carte.deplacee = true;
        bouger(carte, () => carte.setView([m.data.lat, m.data.lng], m.data.zoom, { animate: false }));
        // Un geste en cours ici cède : sinon sa fin renverrait une vue déjà quittée.
        carte.duLecteur = false;
    };
}
