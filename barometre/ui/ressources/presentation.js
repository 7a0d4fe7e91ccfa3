// Le mode présentation : les diapositives sont toutes dans la page, une seule se voit. Flèches, espace, page suivante ou
// précédente, début, fin ; Échap quitte. La place est dans l'adresse : un rechargement y revient, et le serveur la relit.
const CLE = "presentation";

const listDiapos = () => [...document.querySelectorAll(".baro-diapo")];

function readRang() {
  const rang = Number(new URL(location.href).searchParams.get(CLE));
  return Math.min(Math.max(Number.isInteger(rang) ? rang : 1, 1), Math.max(listDiapos().length, 1));
}

function showRang() {
  const rang = readRang();
  // Récrire une classe déjà juste rappellerait l'observateur sans fin.
  for (const diapo of listDiapos()) {
    const voulue = Number(diapo.dataset.rang) === rang;
    if (diapo.classList.contains("baro-en-cours") !== voulue) diapo.classList.toggle("baro-en-cours", voulue);
  }
}

function goTo(rang) {
  const adresse = new URL(location.href);
  adresse.searchParams.set(CLE, String(Math.min(Math.max(rang, 1), listDiapos().length)));
  history.replaceState(history.state, "", adresse);
  showRang();
}

// Le serveur seul quitte : l'adresse et la session changent ensemble. Son bouton est caché, le nôtre est à sa place.
// L'adresse se nettoie d'abord : Streamlit l'envoie avec chaque geste, et une place restée là rouvrirait la présentation.
// Les diapositives se dessinent avant le bouton : un départ demandé entre les deux attend qu'il paraisse.
let depart = false;

function pressQuitter() {
  const bouton = document.querySelector(".st-key-quitter-presentation button");
  depart = !bouton;
  bouton?.click();
}

function leave() {
  const adresse = new URL(location.href);
  adresse.searchParams.delete(CLE);
  adresse.searchParams.delete("version");
  history.replaceState(history.state, "", adresse);
  pressQuitter();
}

const GESTES = {
  ArrowRight: () => goTo(readRang() + 1), ArrowDown: () => goTo(readRang() + 1), PageDown: () => goTo(readRang() + 1),
  " ": () => goTo(readRang() + 1), ArrowLeft: () => goTo(readRang() - 1), ArrowUp: () => goTo(readRang() - 1),
  PageUp: () => goTo(readRang() - 1), Home: () => goTo(1), End: () => goTo(listDiapos().length),
  Escape: leave,
};

document.addEventListener("keydown", (geste) => {
  const agir = listDiapos().length && !geste.ctrlKey && !geste.metaKey && !geste.altKey && GESTES[geste.key];
  // Espace sur un bouton l'actionne : le clavier garde ses usages.
  if (!agir || (geste.key === " " && geste.target.closest?.("button, a"))) return;
  geste.preventDefault();
  agir();
});

document.addEventListener("click", (geste) => {
  const pas = geste.target.closest?.("[data-diapo]")?.dataset.diapo;
  if (pas === "imprimer") window.print();
  else if (pas === "quitter") leave();
  else if (pas) goTo(readRang() + Number(pas));
});

// Le serveur a redessiné la page (reconnexion) : la diapositive en cours est celle de l'adresse.
new MutationObserver(() => {
  // Sortie autrement : le départ est fait, la prochaine présentation ne le refait pas.
  if (!listDiapos().length) { depart = false; return; }
  if (depart) pressQuitter();
  showRang();
})
  .observe(document.documentElement, { subtree: true, childList: true });
