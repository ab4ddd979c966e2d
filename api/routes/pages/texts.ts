import type { Role } from '../../../contracts/security.ts';
import type { Language } from '../../http/language.ts';

/** What the pages say to people. */
export interface PageTexts {
  /** The language's own name. */
  language: string;
  goOn: string;
  signIn: {
    title: string;
    name: string;
    password: string;
    submit: string;
    or: string;
    /** @param provider host of the identity provider */
    byProvider(provider: string): string;
    lost: string;
    /** Around the commands that help. */
    lostFirst: string;
    lostLater: string;
    /** Stands for a name in a command. */
    placeholder: string;
    nobody: string;
    signedOut: string;
    ended: string;
  };
  problems: {
    title: string;
    wrong: string;
    missing: string;
    wait(seconds: number): string;
    foreign: string;
    databaseAway: string;
    providerAway: string;
    notAsked: string;
    noRole: string;
    noProvider: string;
    badRequest: string;
    unforeseen: string;
    again: string;
    /** Before the request's id. */
    request: string;
  };
  home: {
    title: string;
    who: string;
    how: string;
    ways: { session: string; provider: string; key: string; token: string; development: string };
    open: string;
    signOut: string;
    pipelines: string;
    noPipelines: string;
    allPipelines: string;
    pipeline: string;
    roles: string;
    champion: string;
    noChampion: string;
    data: string;
    report: string;
    noReport: string;
    unknown: string;
    /** What a role may do. */
    may: Record<Role, string>;
    links: string;
    docs: [string, string];
    temporal: [string, string];
    ready: [string, string];
    runs: [string, string];
    alerts: [string, string];
    metrics: [string, string];
    audit: [string, string];
    encrypted: string;
    /** How the Temporal UI is made to show what the API decrypts; the words in quotes are its own. */
    decrypt(endpoint: string): string;
  };
}

const en: PageTexts = {
  language: 'English',
  goOn: 'Go on',
  signIn: {
    title: 'Sign in',
    name: 'Name',
    password: 'Password',
    submit: 'Sign in',
    or: 'or',
    byProvider: (provider) => `Sign in with ${provider}`,
    lost: 'No password, or lost it?',
    lostFirst: 'The first start shows the password of admin once on its terminal.',
    lostLater: 'Whoever runs this server makes another:',
    placeholder: 'NAME',
    nobody:
      'Nobody can sign in here yet. Whoever runs this server adds a person, or names an identity provider in RELEVO_OIDC_ISSUER:',
    signedOut: 'You have signed out.',
    ended: 'Your session has ended. Please sign in again.',
  },
  problems: {
    title: 'This did not work',
    wrong: 'Name or password is wrong.',
    missing: 'Please enter your name and your password.',
    wait: (seconds) =>
      `Too many tries. Please wait ${seconds} ${seconds === 1 ? 'second' : 'seconds'} and try again.`,
    foreign: 'This was not sent by a page of this server, so nothing was done.',
    databaseAway:
      'The database cannot be reached, so nobody can sign in for now. Predictions go on. Please try again in a moment.',
    providerAway: 'The identity provider does not answer. Please try again in a moment.',
    notAsked:
      'Signing in was not finished: it took too long, or was begun in another browser. Please begin again.',
    noRole: 'The identity provider knows you, but gives you no role here. An administrator can change that.',
    noProvider: 'There is no identity provider to sign in with here.',
    badRequest: 'The server cannot read what the browser sent.',
    unforeseen: 'Something went wrong. The log of the server has more under the id of this request.',
    again: 'Try again',
    request: 'Request',
  },
  home: {
    title: 'Home',
    who: 'You are',
    how: 'Signed in by',
    ways: {
      session: 'name and password',
      provider: 'the identity provider',
      key: 'an API key',
      token: 'a token',
      development: 'nothing: this is a development server',
    },
    open: 'Authentication is off: whoever is on this machine may do everything.',
    signOut: 'Sign out',
    pipelines: 'Your pipelines',
    noPipelines: 'You have no role for any pipeline. An administrator can give you one.',
    allPipelines: 'all pipelines',
    pipeline: 'Pipeline',
    roles: 'Your roles',
    champion: 'Champion',
    noChampion: 'none yet',
    data: 'Data',
    report: 'report',
    noReport: 'none yet',
    unknown: 'not a pipeline of this server',
    may: {
      viewer: 'read what is known',
      client: 'predict and tell outcomes',
      engineer: 'read, predict, start runs, promote models and steer contests',
      admin: 'everything, keys and the audit among it',
    },
    links: 'What there is',
    docs: ['API', 'every route, to read and to try'],
    temporal: ['Temporal', 'every run, step by step'],
    ready: ['State', 'whether all parts work'],
    runs: ['Runs', 'the latest, as JSON'],
    alerts: ['Alerts', 'what needs attention, as JSON'],
    metrics: ['Metrics', 'figures for Prometheus'],
    audit: ['Audit', 'who changed what, as JSON'],
    encrypted: 'Temporal shows inputs and results encrypted?',
    decrypt: (endpoint) =>
      `There, behind the glasses at the top, choose “Use my browser setting and ignore Cluster-level setting”, enter ${endpoint}, switch on “Include cross-origin credentials” and press “Apply”. It works while you are signed in here.`,
  },
};

const es: PageTexts = {
  language: 'Español',
  goOn: 'Continuar',
  signIn: {
    title: 'Iniciar sesión',
    name: 'Nombre',
    password: 'Contraseña',
    submit: 'Iniciar sesión',
    or: 'o',
    byProvider: (provider) => `Iniciar sesión con ${provider}`,
    lost: '¿Sin contraseña, o la perdió?',
    lostFirst: 'El primer arranque muestra una sola vez, en su terminal, la contraseña de admin.',
    lostLater: 'Quien opera este servidor crea otra:',
    placeholder: 'NOMBRE',
    nobody:
      'Aquí todavía nadie puede iniciar sesión. Quien opera este servidor añade una persona, o nombra un proveedor de identidad en RELEVO_OIDC_ISSUER:',
    signedOut: 'Ha cerrado la sesión.',
    ended: 'Su sesión ha terminado. Inicie sesión de nuevo.',
  },
  problems: {
    title: 'No se pudo',
    wrong: 'El nombre o la contraseña no son correctos.',
    missing: 'Escriba su nombre y su contraseña.',
    wait: (seconds) =>
      `Demasiados intentos. Espere ${seconds} ${seconds === 1 ? 'segundo' : 'segundos'} y vuelva a intentarlo.`,
    foreign: 'Esto no lo envió una página de este servidor; no se ha hecho nada.',
    databaseAway:
      'No se llega a la base de datos y por ahora nadie puede iniciar sesión. Las predicciones siguen. Inténtelo de nuevo en un momento.',
    providerAway: 'El proveedor de identidad no responde. Inténtelo de nuevo en un momento.',
    notAsked:
      'El inicio de sesión no se completó: tardó demasiado o se empezó en otro navegador. Empiece de nuevo.',
    noRole:
      'El proveedor de identidad le conoce, pero no le da ningún rol aquí. Un administrador puede cambiarlo.',
    noProvider: 'Aquí no hay un proveedor de identidad con el que iniciar sesión.',
    badRequest: 'El servidor no puede leer lo que envió el navegador.',
    unforeseen: 'Algo falló. El registro del servidor dice más bajo el identificador de esta petición.',
    again: 'Intentar de nuevo',
    request: 'Petición',
  },
  home: {
    title: 'Inicio',
    who: 'Usted es',
    how: 'Sesión iniciada con',
    ways: {
      session: 'nombre y contraseña',
      provider: 'el proveedor de identidad',
      key: 'una clave de API',
      token: 'un token',
      development: 'nada: es un servidor de desarrollo',
    },
    open: 'La autenticación está desactivada: quien esté en esta máquina puede hacerlo todo.',
    signOut: 'Cerrar sesión',
    pipelines: 'Sus pipelines',
    noPipelines: 'No tiene ningún rol en ningún pipeline. Un administrador puede darle uno.',
    allPipelines: 'todos los pipelines',
    pipeline: 'Pipeline',
    roles: 'Sus roles',
    champion: 'Campeona',
    noChampion: 'ninguna aún',
    data: 'Datos',
    report: 'informe',
    noReport: 'ninguno aún',
    unknown: 'no es un pipeline de este servidor',
    may: {
      viewer: 'leer lo que se sabe',
      client: 'predecir y comunicar resultados',
      engineer: 'leer, predecir, lanzar ejecuciones, promover modelos y dirigir contiendas',
      admin: 'todo, incluidas las claves y la auditoría',
    },
    links: 'Lo que hay',
    docs: ['API', 'todas las rutas, para leer y probar'],
    temporal: ['Temporal', 'cada ejecución, paso a paso'],
    ready: ['Estado', 'si todas las partes funcionan'],
    runs: ['Ejecuciones', 'las más recientes, en JSON'],
    alerts: ['Alertas', 'lo que requiere atención, en JSON'],
    metrics: ['Métricas', 'cifras para Prometheus'],
    audit: ['Auditoría', 'quién cambió qué, en JSON'],
    encrypted: '¿Temporal muestra las entradas y los resultados cifrados?',
    decrypt: (endpoint) =>
      `Allí, tras las gafas de arriba, elija «Use my browser setting and ignore Cluster-level setting», escriba ${endpoint}, active «Include cross-origin credentials» y pulse «Apply». Funciona mientras tenga la sesión iniciada aquí.`,
  },
};

const texts: Record<Language, PageTexts> = { en, es };

export const textsIn = (language: Language): PageTexts => texts[language];
