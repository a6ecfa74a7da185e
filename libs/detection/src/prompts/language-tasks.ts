import { calledElsewhere, extractionElsewhere, steeredElsewhere, unleashedElsewhere } from './languages.ts';
import { overrideElsewhere } from './overrides.ts';
import { type Phrase, phrase } from './phrase.ts';
import type { Rule } from '../rule.ts';
import { VOCABULARY } from './vocabulary.ts';

/** A language's words, without accents, for what `overrides.ts` and `addressing.ts` know in English. */
type Tongue = Readonly<{
  /** `task`, what says that it is an earlier one, and that it is called off. */
  task: string;
  earlier: string;
  off: string;
  /** `new`. */
  fresh: string;
  /** `if you are`, up to the word that says what: each step a word or several. */
  ifYouAre: string;
  model: string;
  /** `forget`, `the user`, `asked`; in which order is told by none. */
  forget: string;
  user: string;
  asked: string;
  /** `repeat`, `instructions`, `received at the beginning`. */
  repeat: string;
  told: string;
  received: string;
  /** `without`, `limits`, and who acts so. */
  without: string;
  limits: string;
  free: string;
}>;

const TONGUES: readonly Tongue[] = [
  {
    task: 'aufgabe auftrag', earlier: 'bisherige vorherige vorige alte ursprungliche', off: 'aufgehoben abgebrochen abgesagt erledigt hinfallig beendet', fresh: 'neue neuer',
    ifYouAre: 'wenn|falls du|sie ..1 ein|eine', model: 'ki sprachmodell ki-modell', forget: 'vergiss vergessen ignoriere ignorieren missachte', user: 'nutzer benutzer anwender kunde', asked: 'gebeten verlangt gefragt wollte will mochte',
    repeat: 'wiederhole nenne zeige zitiere schreibe', told: 'vorgaben anweisungen regeln instruktionen', received: 'bekommen erhalten gegeben befolgen', without: 'ohne', limits: 'einschrankungen einschrankung beschrankungen grenzen', free: 'administrator admin agent modell',
  },
  {
    task: 'tache mission', earlier: 'precedente ancienne initiale', off: 'annulee terminee abandonnee caduque', fresh: 'nouvelle', ifYouAre: 'si tu|vous|t ..0 es|etes', model: 'ia robot', forget: 'oublie oubliez ignore ignorez', user: 'lutilisateur utilisateur', asked: 'demande dit veut demandait',
    repeat: 'repete repetez recite recitez recopie', told: 'consignes instructions directives', received: 'recues donnees debut', without: 'sans', limits: 'restriction restrictions limite limites', free: 'agent administrateur modele',
  },
  {
    task: 'tarea mision', earlier: 'anterior previa', off: 'cancelada anulada terminada suspendida', fresh: 'nueva', ifYouAre: 'si eres|es ..1 una|un', model: 'ia modelo asistente', forget: 'olvida olvide ignora ignore omiso', user: 'usuario', asked: 'pidio pide dijo quiere solicito',
    repeat: 'repite repita recita copia', told: 'instrucciones reglas indicaciones', received: 'recibiste recibio dieron diste principio', without: 'sin', limits: 'restricciones limites', free: 'administrador agente modelo',
  },
  {
    task: 'tarefa missao', earlier: 'anterior previa', off: 'cancelada anulada encerrada suspensa', fresh: 'nova', ifYouAre: 'se voce|tu e|es|for', model: 'ia modelo assistente', forget: 'esqueca esquece ignore ignora', user: 'usuario utilizador', asked: 'pediu pede disse quer solicitou',
    repeat: 'repita repete recite copie', told: 'instrucoes regras orientacoes', received: 'recebeu recebidas deram inicio', without: 'sem', limits: 'restricoes limites', free: 'administrador agente modelo',
  },
  {
    task: 'attivita compito', earlier: 'precedente', off: 'annullata annullato terminata sospesa', fresh: 'nuova nuovo', ifYouAre: 'se sei', model: 'unia ia ai unai modello assistente', forget: 'dimentica dimenticate ignora ignorate', user: 'lutente utente', asked: 'chiesto detto vuole richiesto',
    repeat: 'ripeti ripetete recita copia', told: 'istruzioni regole direttive', received: 'ricevuto ricevute dato inizio', without: 'senza', limits: 'restrizioni limiti', free: 'amministratore agente modello',
  },
  {
    task: 'taak opdracht', earlier: 'vorige eerdere oude', off: 'geannuleerd vervallen ingetrokken afgerond', fresh: 'nieuwe', ifYouAre: 'als je|u ..1 een', model: 'ai taalmodel ai-model', forget: 'vergeet negeer', user: 'gebruiker', asked: 'vroeg vraagt zei wil wilde',
    repeat: 'herhaal citeer', told: 'instructies regels aanwijzingen', received: 'kreeg ontving gekregen ontvangen', without: 'zonder', limits: 'beperkingen grenzen', free: 'beheerder agent model',
  },
  {
    task: 'zadanie', earlier: 'poprzednie wczesniejsze', off: 'anulowano anulowane odwolano odwolane uniewaznione', fresh: 'nowe', ifYouAre: 'jesli|jezeli jestes', model: 'ai modelem asystentem botem', forget: 'zapomnij zignoruj ignoruj', user: 'uzytkownik uzytkownika', asked: 'prosil prosi chcial chce powiedzial',
    repeat: 'powtorz wypisz zacytuj', told: 'instrukcje zasady wytyczne', received: 'otrzymales dostales poczatku', without: 'bez', limits: 'ograniczen limitow', free: 'dzialasz dzialaj administratorem jestes',
  },
  {
    task: 'gorev', earlier: 'onceki eski', off: 'iptal sonlandirildi kaldirildi', fresh: 'yeni', ifYouAre: 'bir|eger yapay', model: 'zekaysan zekaysaniz zeka', forget: 'unut yoksay', user: 'kullanicinin kullanici', asked: 'istedigini istedigi soyledigini',
    repeat: 'tekrarla', told: 'talimatlari kurallari', received: 'aldigin verilen', without: 'kisitlamasi siniri', limits: 'olmayan', free: 'yoneticisin modelsin asistansin',
  },
  {
    task: 'tugas', earlier: 'sebelumnya lama', off: 'dibatalkan selesai dihapus', fresh: 'baru', ifYouAre: 'jika|kalau anda|kamu ..1 adalah', model: 'ai model asisten', forget: 'lupakan abaikan', user: 'pengguna', asked: 'minta diminta katakan',
    repeat: 'ulangi sebutkan', told: 'instruksi aturan', received: 'terima diberikan awal', without: 'tanpa', limits: 'batasan pembatasan', free: 'kamu anda admin adalah',
  },
  {
    task: 'vu', earlier: 'truoc cu', off: 'huy', fresh: 'moi', ifYouAre: 'neu ban la', model: 'mo ai tro', forget: 'quen', user: 'dung', asked: 'yeu',
    repeat: 'lap', told: 'huong', received: 'nhan', without: 'khong', limits: 'han', free: 'ban',
  },
];

const phrasesOf = (tongue: Tongue): Phrase[] => {
  const classes: Record<string, string> = { orders: VOCABULARY.doing, target: '<email> <url>' };
  for (const [name, words] of Object.entries(tongue)) if (name !== 'ifYouAre') classes[name] = words.split(' ').filter((word) => !word.includes('-')).join(' ');
  const is = (rule: Rule, ...written: string[]): Phrase[] => written.map((one) => phrase(rule, one, classes));
  return [
    ...is(overrideElsewhere, '@task ..2 @earlier ..4 @off ~8 @fresh ..0 @task :<any>', '@earlier ..2 @task ..4 @off ~8 @fresh ..0 @task :<any>', '@task ..2 @earlier ..4 @off ~8 @task ..0 @fresh :<any>', '@fresh ..1 @task :<any> ..14 @target', '@task ..1 @fresh :<any> ..14 @target', '@forget ..4 @user ..4 @asked', '@forget ..4 @asked ..3 @user'),
    ...is(calledElsewhere, `${tongue.ifYouAre} ..1 @model !verwendest|nutzt|benutzt|verwenden|nutzen|einsetzt|gebruikt|utilises|utilisez|usas|uses|usa|usi`),
    ...is(extractionElsewhere, '^ @repeat ..5 @told ..6 @received'),
    ...is(unleashedElsewhere, '@free ..5 @without ..2 @limits', '@without ..2 @limits ..3 @free'),
  ];
};

const is = (rule: Rule, ...written: string[]): Phrase[] => written.map((one) => phrase(rule, one, {}));

export const languageTaskPhrases: readonly Phrase[] = [
  ...TONGUES.flatMap(phrasesOf),
  ...is(
    calledElsewhere,
    'om du ar ..1 en ..1 ai|sprakmodell',
    'hvis du er ..1 en ..1 ai|sprakmodell|kunstig',
    'pokud|jestli|jestlize jsi ..1 model|ai|asistent|umela',
    'daca esti ..1 un|o ..1 model|ai|asistent|inteligenta',
    'jos olet ..1 tekoaly|tekoalymalli|kielimalli',
    'ha ..1 mesterseges intelligencia',
    'lattention de lassistant|lia|lagent',
    'bir yapay zekaysan|zekaysaniz|zekaysa',
  ),
  // Romanised Hindi and Russian
  ...is(overrideElsewhere, 'pichle|pehle|saare|sabhi ..4 instructions|nirdesh|niyam ..4 ignore|bhool|andekha ..1 karo|kar|jao', 'ignoriruy|ignoriruj|zabud ..1 vse|predydushchie|predyduschie ..2 instruktsii|instrukcii|ukazaniya|komandy'),
  ...is(extractionElsewhere, 'apna|apni ..3 system ..1 prompt ..4 batao|dikhao|bata|dikha', 'pokazhi|vyvedi|raskroy ..2 sistemnyy|sistemnyi|systemnyy ..1 prompt|zapros'),
  ...is(steeredElsewhere, 'ignora|ignore|ignorez|ignoriere ..1 la|le|die|a seguridad|seguranca|securite|sicherheit|sicurezza'),
];
