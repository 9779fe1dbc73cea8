/** Whether a file or folder of this name holds secrets by custom: keys, certificates, passwords, tokens. Any case. */
export function isSecretName(name: string, isFolder: boolean): boolean {
  const small = name.toLowerCase();
  if (isFolder) return SECRET_FOLDERS.has(small);
  if (SECRET_NAMES.has(small)) return true;
  const dot = small.lastIndexOf(".");
  if (dot >= 0 && SECRET_EXTENSIONS.has(small.slice(dot + 1))) return true;
  // Most names are done with here: the rest looks at beginnings only.
  if (!MAY_BE_SECRET.test(small)) return false;
  if (small === ".env" || small.startsWith(".env.")) return !SHOWN.test(small);
  return SECRET_PATTERN.test(small);
}

/**
 * Whether a text holds a private key in PEM or OpenPGP armour, also inside a string of JSON or code. A mere mention of the
 * opening line is none.
 */
export function holdsPrivateKey(text: string): boolean {
  for (const { index } of text.matchAll(KEY_BEGINNING))
    if (KEY_BODY.test(text.slice(index, index + KEY_LOOKAHEAD).replace(/\\[nr]/g, "\n"))) return true;
  return false;
}

const KEY_BEGINNING = /-----BEGIN (?:[A-Z0-9]{1,16} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
/** A line of a key has 64 or more characters; split over strings of code it may have fewer. */
const KEY_BODY = /[A-Za-z0-9+/]{40}/;
/** The body begins after at most a few header lines. */
const KEY_LOOKAHEAD = 500;

// Names of files are no words. cspell:disable

/** Settings that are meant to be copied and filled in. */
const SHOWN = /\.(example|sample|template)$/;

const MAY_BE_SECRET = /^(\.env|id_|cred|client[-_]?secret|service[-_]?account|secrets?\.)/;
const SECRET_PATTERN =
  /^(id_(rsa|dsa|ecdsa|ed25519|xmss).*|credentials?(\.(json|ya?ml|toml|ini|csv|xml|db|properties))?|client[-_]?secrets?([^a-z].*)?\.json|service[-_]?account([^a-z].*)?\.json|secrets?\.(json|ya?ml|toml|ini|properties))$/;

const SECRET_EXTENSIONS: ReadonlySet<string> = new Set(
  // Keys and certificates, stores of keys, stores of passwords, settings with passwords in them.
  (
    "pem key crt cer der csr p7b p7c p7s p8 p12 pfx pkcs8 pkcs12 ppk pvk spc agekey gpg pgp " +
    "jks jceks keystore truststore bks bcfks keytab keychain " +
    "kdb kdbx psafe3 agilekeychain opvault " +
    "env ovpn tfstate tfvars mobileprovision"
  ).split(" "),
);

const SECRET_FOLDERS: ReadonlySet<string> = new Set([".ssh", ".gnupg", ".aws", ".azure", ".kube", ".gcloud", ".password-store"]);

const SECRET_NAMES: ReadonlySet<string> = new Set([
  ".netrc",
  "_netrc",
  ".npmrc",
  ".yarnrc.yml",
  ".pypirc",
  ".pgpass",
  ".my.cnf",
  ".mylogin.cnf",
  ".git-credentials",
  ".htpasswd",
  ".dockercfg",
  ".dockerconfigjson",
  ".s3cfg",
  ".boto",
  ".envrc",
  ".vault-token",
  ".terraformrc",
  "kubeconfig",
  "application_default_credentials.json",
  "wallet.dat",
  "known_hosts",
  "authorized_keys",
  ".bash_history",
  ".zsh_history",
  ".psql_history",
  ".python_history",
]);
