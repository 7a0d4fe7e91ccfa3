// Un vrai fournisseur OpenID Connect (npm oidc-provider), réglé comme ProConnect : id_token sans identité,
// userinfo en JWT signé, PKCE exigé, acr, retour de déconnexion exact. Il connecte sans rien demander ; l'essai
// change l'agent par `/identite?siret=…` (une valeur vide : ProConnect ne transmet pas cette donnée).
import { pathToFileURL } from "node:url";
import http from "node:http";

const [, , module, adresse] = process.argv;
const { default: Provider } = await import(pathToFileURL(module).href);

const IDENTITE = { email: "agent@mairie.fr", siret: "21330063500017", idp_id: "idp-1" };

function build(base) {
  return new Provider(base, {
    clients: [{
      client_id: "barometre",
      client_secret: "secret-remis-par-proconnect-0123456789",
      redirect_uris: [`${adresse}/connexion/retour`],
      post_logout_redirect_uris: [`${adresse}/deconnexion/retour`],
      token_endpoint_auth_method: "client_secret_post",
      id_token_signed_response_alg: "RS256",
      userinfo_signed_response_alg: "RS256",
    }],
    scopes: ["openid", "email", "siret", "idp_id"],
    claims: { openid: ["sub"], email: ["email"], siret: ["siret"], idp_id: ["idp_id"], acr: null },
    acrValues: ["eidas1", "eidas2"],
    pkce: { required: () => true },
    cookies: { keys: ["cle-de-test"] },
    features: {
      devInteractions: { enabled: false },
      jwtUserinfo: { enabled: true },
      claimsParameter: { enabled: true },
    },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...IDENTITE }) }),
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId,
      });
      grant.addOIDCScope("openid email siret idp_id");
      await grant.save();
      return grant;
    },
  });
}

const serveur = http.createServer();
serveur.listen(0, "127.0.0.1", () => {
  const base = `http://127.0.0.1:${serveur.address().port}`;
  const fournisseur = build(base);
  const suite = fournisseur.callback();
  serveur.on("request", async (demande, reponse) => {
    if (demande.url.startsWith("/identite?")) {
      for (const [nom, valeur] of new URL(demande.url, base).searchParams) IDENTITE[nom] = valeur || undefined;
      return reponse.end();
    }
    if (!demande.url.startsWith("/interaction/")) return suite(demande, reponse);
    const { params } = await fournisseur.interactionDetails(demande, reponse);
    const acr = params.claims?.includes("eidas2") ? "eidas2" : "eidas1";
    const login = { accountId: "sujet-reel", acr, amr: acr === "eidas2" ? ["pwd", "mfa"] : ["pwd"] };
    return fournisseur.interactionFinished(demande, reponse, { login }, { mergeWithLastSubmission: false });
  });
  console.log(base);
});
