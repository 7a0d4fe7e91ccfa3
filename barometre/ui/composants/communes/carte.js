// Toutes les communes d'un coup : MapLibre, un fichier PMTiles lu par morceaux, des valeurs jointes par code INSEE.
// Rien ne vient d'un autre hôte ; aucun texte des données n'est posé comme du HTML.

const racine = new URL("./", document.baseURI).href;
const adresse = (chemin) => new URL(chemin, racine).href;
const cartes = new WeakMap();
const SANS_VALEUR = 255;

let moteur;
function chargerMoteur() {
  moteur ??= Promise.all([import(adresse("vendor/maplibre-gl/maplibre-gl.mjs")), chargerPmtiles(), chargerStyle()])
    .then(([maplibre]) => {
      maplibre.setWorkerUrl(adresse("vendor/maplibre-gl/maplibre-gl-worker.mjs"));
      maplibre.addProtocol("pmtiles", new window.pmtiles.Protocol().tile);
      return maplibre;
    });
  return moteur;
}

function chargerPmtiles() {
  return new Promise((fait, echec) => {
    const script = document.createElement("script");
    script.src = adresse("vendor/pmtiles/pmtiles.js");
    script.onload = fait;
    script.onerror = echec;
    document.head.append(script);
  });
}

function chargerStyle() {
  const lien = document.createElement("link");
  lien.rel = "stylesheet";
  lien.href = adresse("vendor/maplibre-gl/maplibre-gl.css");
  document.head.append(lien);
}

const listes = new Map();
function chargerCodes(url) {
  if (!listes.has(url)) {
    listes.set(url, fetch(url).then((r) => {
      if (!r.ok) { throw new Error("codes"); }
      return r.text();
    }).then((t) => t.trim().split("\n")));
  }
  return listes.get(url);
}

function deballer(texte, Genre) {
  const octets = Uint8Array.from(atob(texte), (c) => c.charCodeAt(0));
  return new Genre(octets.buffer);
}

function avecWebgl() {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl2"));
  } catch {
    return false;
  }
}

// La page autour choisit clair ou sombre (le menu, ou l'appareil).
function lireNuances(boite, colis) {
  return getComputedStyle(boite).colorScheme.includes("dark") ? colis.sombre : colis.clair;
}

function construireStyle(colis, nuances) {
  const couleurs = colis.couleurs.flatMap((c, r) => [r, c]);
  // La commune survolée s'assombrit : de loin, elle est plus petite qu'un trait.
  const remplir = ["case", ["boolean", ["feature-state", "survol"], false], nuances.contour,
    ["match", ["coalesce", ["feature-state", "classe"], SANS_VALEUR], ...couleurs, nuances.absent]];
  const cadres = colis.cadres.map((c) => ({
    type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: c.points },
  }));
  return {
    version: 8,
    sources: {
      communes: { type: "vector", url: "pmtiles://" + adresse(colis.tuiles), promoteId: "code" },
      cadres: { type: "geojson", data: { type: "FeatureCollection", features: cadres } },
    },
    layers: [
      { id: "fond", type: "background", paint: { "background-color": nuances.fond } },
      { id: "communes", type: "fill", source: "communes", "source-layer": colis.couche,
        paint: { "fill-color": remplir, "fill-antialias": false } },
      // De loin, une limite ne se verrait pas : tracer 35 000 contours doublait le temps de la carte.
      { id: "limites", type: "line", minzoom: 6.5, source: "communes", "source-layer": colis.couche,
        paint: { "line-color": nuances.trait, "line-width": ["interpolate", ["linear"], ["zoom"], 6, 0, 9, 0.8],
          "line-opacity": 0.8 } },
      { id: "choisie", type: "line", minzoom: 6.5, source: "communes", "source-layer": colis.couche,
        paint: { "line-color": nuances.texte, "line-width":
          ["case", ["boolean", ["feature-state", "survol"], false], 2, 0] } },
      { id: "cadres", type: "line", source: "cadres", paint: { "line-color": nuances.contour, "line-width": 0.7 } },
    ],
  };
}

async function peindre(vue, colis) {
  const codes = await chargerCodes(adresse(colis.codes));
  const classes = deballer(colis.classes, Uint8Array);
  const index = deballer(colis.index, Uint16Array);
  if (classes.length !== codes.length) { throw new Error("longueur"); }
  vue.rang = new Map(codes.map((code, rang) => [code, rang]));
  vue.texte = (code) => colis.textes[index[vue.rang.get(code)]] ?? "Pas de chiffre publié";
  const cible = { source: "communes", sourceLayer: colis.couche };
  codes.forEach((code, rang) => vue.carte.setFeatureState({ ...cible, id: code }, { classe: classes[rang] }));
}

function suivreSouris(vue, boite, colis, envoyer) {
  const bulle = boite.querySelector(".bulle");
  const cible = { source: "communes", sourceLayer: colis.couche };
  let survolee = null;
  const eteindre = () => {
    if (survolee !== null) { vue.carte.setFeatureState({ ...cible, id: survolee }, { survol: false }); }
    survolee = null;
    bulle.hidden = true;
  };
  vue.carte.on("mousemove", "communes", (e) => {
    const commune = e.features[0].properties;
    if (commune.code !== survolee) {
      eteindre();
      survolee = commune.code;
      vue.carte.setFeatureState({ ...cible, id: survolee }, { survol: true });
      const nom = document.createElement("div");
      nom.className = "nom";
      nom.textContent = commune.nom;
      bulle.replaceChildren(nom, document.createTextNode(vue.texte(commune.code)));
    }
    bulle.hidden = false;
    const droite = e.point.x > boite.clientWidth / 2;
    bulle.style.left = droite ? "" : `${e.point.x + 14}px`;
    bulle.style.right = droite ? `${boite.clientWidth - e.point.x + 14}px` : "";
    bulle.style.top = `${Math.min(e.point.y + 8, boite.clientHeight - 110)}px`;
  });
  vue.carte.on("mouseleave", "communes", eteindre);
  vue.carte.on("click", "communes", (e) => envoyer("commune", e.features[0].properties.code));
}

function lier(vue, canal) {
  if (!canal || !window.BroadcastChannel) { return; }
  vue.fil = new BroadcastChannel(canal);
  let suit = false;
  vue.carte.on("moveend", (e) => {
    if (suit || !e.originalEvent) { return; }
    const c = vue.carte.getCenter();
    vue.fil.postMessage({ lat: c.lat, lng: c.lng, zoom: vue.carte.getZoom() + 1 });
  });
  vue.fil.onmessage = (m) => {
    suit = true;
    vue.carte.jumpTo({ center: [m.data.lng, m.data.lat], zoom: m.data.zoom - 1 });
    suit = false;
  };
}

// Sur une carte étroite le nom ne tient pas dans son cadre : il se pose à droite, sur la mer, en bas du bord est ;
// plus haut, celui de la Guadeloupe touche la Bretagne.
function nommerEncarts(maplibre, vue, boite, colis) {
  const etroite = boite.clientWidth < 576;
  for (const cadre of colis.cadres) {
    const nom = document.createElement("div");
    nom.className = "encart";
    nom.textContent = cadre.nom;
    const [coin, place] = etroite
      ? [pied(cadre.points), { anchor: "left", offset: [1, -4] }]
      : [cadre.points[2], { anchor: "top-left", offset: [3, 1] }];
    new maplibre.Marker({ element: nom, ...place }).setLngLat(coin).addTo(vue.carte);
  }
}

// Le bas du bord est.
function pied(points) {
  return [Math.max(...points.map((p) => p[0])), Math.min(...points.map((p) => p[1]))];
}

async function demarrer(boite, colis, envoyer) {
  const etat = boite.querySelector(".etat");
  if (!avecWebgl()) {
    etat.textContent = "Ce navigateur n’affiche pas cette carte : l’image fixe la remplace.";
    envoyer("sans_webgl", true);
    return null;
  }
  const [maplibre] = await Promise.all([chargerMoteur(), chargerCodes(adresse(colis.codes))]);
  const carte = new maplibre.Map({
    container: boite.querySelector(".fond"), style: construireStyle(colis, lireNuances(boite, colis)), attributionControl: false,
    bounds: colis.bornes, fitBoundsOptions: { padding: 8 }, minZoom: 3, maxZoom: 12, dragRotate: false,
    pitchWithRotate: false, scrollZoom: false, fadeDuration: 0,
    // Au doigt : un seul fait défiler la page, deux déplacent la carte.
    cooperativeGestures: window.matchMedia("(pointer: coarse)").matches,
    locale: { "NavigationControl.ZoomIn": "Rapprocher", "NavigationControl.ZoomOut": "Éloigner",
      "Map.Title": "Carte", "CooperativeGesturesHandler.MobileHelpText": "Deux doigts déplacent la carte" },
  });
  carte.touchZoomRotate.disableRotation();
  carte.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  const vue = { carte, colis };
  await new Promise((fait) => carte.once("style.load", fait));
  await peindre(vue, colis);
  suivreSouris(vue, boite, colis, envoyer);
  nommerEncarts(maplibre, vue, boite, colis);
  lier(vue, colis.canal);
  carte.once("idle", () => { etat.hidden = true; boite.dataset.prete = "oui"; });
  carte.getCanvas().setAttribute("aria-label", colis.nom);
  return vue;
}

export default function (composant) {
  const { parentElement, data, setTriggerValue } = composant;
  const boite = parentElement.querySelector(".baro-communes");
  if (data.hauteur) { boite.style.setProperty("--hauteur", `${data.hauteur}px`); }
  const connue = cartes.get(boite);
  if (connue) {
    // Une autre vague, un autre indicateur : la carte reste, seules ses couleurs changent.
    connue.then((vue) => {
      if (!vue || vue.colis.classes === data.classes && vue.colis.index === data.index
        && String(vue.colis.couleurs) === String(data.couleurs)) { return; }
      vue.colis = data;
      const style = construireStyle(data, lireNuances(boite, data)).layers.find((l) => l.id === "communes");
      vue.carte.setPaintProperty("communes", "fill-color", style.paint["fill-color"]);
      peindre(vue, data);
    });
    return;
  }
  const etat = boite.querySelector(".etat");
  cartes.set(boite, demarrer(boite, data, setTriggerValue).catch(() => {
    etat.textContent = "La carte n’a pas pu être chargée : le tableau ci-dessous dit la même chose.";
    return null;
  }));
  return () => {
    cartes.get(boite)?.then((vue) => { vue?.fil?.close(); vue?.carte.remove(); });
    cartes.delete(boite);
  };
}
