import type { Analyser, Detector, View } from '../rule.ts';
import { ROLES_OF_PEOPLE } from './national-ids.ts';
import { firstName, lastName, namesPerson } from './people.ts';
import { ruleOfOutput } from './told.ts';

const GDPR = 'GDPR, article 9';

const namedCondition = ruleOfOutput({
  id: 'named-condition', sees: 'a person by name with an illness, a drug against one, an addiction, a pregnancy or trouble at home', positive: 'on sick leave: Jana Adler – chemotherapy (lymphoma)', harmless: 'Jana Adler wrote an article on lymphoma and chemotherapy', source: GDPR,
});
const specialCategory = ruleOfOutput({
  id: 'special-category', sees: 'a person by name with religion, sexual orientation, ethnic origin, politics, caste or convictions', positive: 'name,religion,party\nHanna Adler,Jewish,Greens\nAli Rahim,Muslim,Labour\n', harmless: 'name,religion,party\nstring,string,string\nThe field religion is optional', source: GDPR,
});
const bodyData = ruleOfOutput({
  id: 'body-data', sees: 'genetic findings or biometric templates of a person', positive: 'Subject: Linda Adler\nBRCA1 c.68_69delAG: pathogenic variant detected (heterozygous)', harmless: 'BRCA1 is a gene; a pathogenic variant raises the risk', source: GDPR,
});

/** Words that stand for an illness and little else. */
const ILLNESSES = [
  'chemotherap', 'lymphoma', 'leukemia', 'leukaemia', 'carcinoma', 'metasta', '\bcancer', '\bhiv ', 'hiv-positiv', 'hiv positiv', '\bvih ', 'diabet', 'epilep', 'schizophren', 'bipolar disorder', 'dementia', 'alzheimer', 'parkinson', 'multiple sclerosis', 'hepatitis', 'syphilis', 'tubercul', 'miscarriage', 'pregnan', 'infertil', 'suicid', 'self-harm', 'anorexi', 'bulimi', '\bptsd', 'burn-out', 'alcoholi', 'addict', 'methadone', 'sertraline',
  'hep c', 'hep b ', 'alcohol abuse', 'opioid', 'overdos', 'infarct', 'panikattack', 'panic attack', 'selbstverletz', 'self harm', 'escitalopram', 'citalopram', 'prozac', 'xanax', 'lorazepam', 'quetiapin', 'olanzapin', 'risperidon', 'clozapin', 'methylphenid', 'tamoxifen', 'biktarvy', 'truvada', 'antipsychot', 'eating disorder', 'essstörung', 'borderline personality', 'sorgerecht', 'custody of', 'jugendamt', 'child protective', 'restraining order', 'domestic assault', 'privatinsolvenz', 'vorbestraft', 'ansiedad', 'incapacidad', 'baja laboral', 'arbeitsunfähig', 'krankgeschrieben', 'arrêt maladie', 'arrêt de travail', 'fibromialgia', 'fibromyalg', 'suspended for', 'plagiari', 'child support', 'alimony', 'food stamps', 'bürgergeld', 'learning disab', 'incontinen', 'lohnpfändung', 'criminal conviction', 'convicted of', 'conviction for', 'chlamydia', 'gonorrh', 'dialysis', 'psychiatric', 'sexual abuse', 'domestic violence', 'depression', 'cáncer', 'brustkrebs', 'lungenkrebs', 'krebserkrank', 'schwanger', 'alkoholabh', 'zuckerkrank', 'schlaganfall', 'embarazad', 'esquizofren', 'séropositi', 'dépression', 'depresión', 'sclerosi multipla', 'sieropositiv', 'nowotwór', 'cukrzyc', 'диабет', 'онколог',
];
/** What joins a name to what ails the one who bears it: a sign, or a verb. */
const JOINS =
  /^["'»)]?\s{0,2}(?:\([^()\n]{0,90}\)\s{0,2})?(?:[–—:|;,(\t-]|(?:is|was|has|had|suffers?|tested|diagnosed|treated|takes|hospitali[sz]ed|admitted|discloses?|lives with|recovering|undergoes|undergoing|receives?|reports?|complains|berichtet|nimmt|klagt|meldet|refiere|presenta|présente|signale|prend|toma|riferisce|assume|zgłasza|leidet|ist|hat|souffre|est|padece|tiene|es|soffre|ha|è|sofre|tem|cierpi|ma|страдает|болеет)\b)/i;
/** Who writes of an illness, treats it, or is known to all. */
const OF_OTHERS = /\b(?:Dr|Prof|professor|doctors?|M\.?D|Ph\.?D|treats|research\w*|stud(?:y|ies|ied)|wrote|writes|authors?|articles?|books?|said|says|explain\w*|speciali[sz]\w*|experts?|oncologist|founder|founded|discovered|foundation|society|institute|association|awards?|prize|journal|et al|doi|biograph\w*|wikipedia|singer|actor|actress|president|physicist|novel|film|character|campaign\w*|donat\w*|fundrais\w*|awareness)\b/i;
const REACH = 150;

const conditions: Analyser = {
  name: 'named conditions',
  roles: ROLES_OF_PEOPLE,
  literals: ILLNESSES,
  rules: [namedCondition],
  analyse: ({ text, hits, budget, report }) => {
    let reached = 0;
    for (const hit of hits) {
      if (hit < reached) continue;
      reached = hit + 48;
      const before = text.slice(Math.max(0, hit - REACH), hit);
      const segment = before.slice(Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\\n') + 1, before.lastIndexOf('; ')) + 1);
      budget.spend(4 * REACH + 200);
      const person = lastName(segment);
      if (!person) continue;
      const between = segment.slice(person.at + person.name.length);
      if (!JOINS.test(between) || /[!?]\s|[a-z]\.\s+[A-Z]/.test(between) || OF_OTHERS.test(text.slice(Math.max(0, hit - 160), hit + 120))) continue;
      report(namedCondition, hit - segment.length + person.at, hit + 12);
    }
  },
};

const CATEGORY = /(?:religion|(?:sexual|ethnic|political|union|criminal|immigration)[ _]?(?:orientation|origin|party|affiliation|member(?:ship)?|record|status)|ethnicity|caste)["']?\s{0,2}[:=]\s{0,2}["']?(?!(?:string|text|varchar|char|null|none|enum|boolean|true|false|optional|required|unknown|n\/a|undefined|str|any)\b)[a-z]{3,20}/iy;

/** Beside its name, or in the column of a table whose rows begin with names. */
const categories: Analyser = {
  name: 'special categories',
  roles: ROLES_OF_PEOPLE,
  literals: ['religion', 'sexual orientation', 'sexual_orientation', 'ethnicity', 'ethnic origin', 'ethnic_origin', 'political party', 'political_party', 'political affiliation', 'political_affiliation', 'union member', 'union_member', ',union', ';union', 'criminal record', 'criminal_record', 'immigration status', 'immigration_status', '\bcaste'],
  rules: [specialCategory],
  analyse: (view) => {
    const { text, hits, budget, report } = view;
    for (const hit of hits.slice(0, 16)) {
      budget.spend(800);
      CATEGORY.lastIndex = hit;
      const told = CATEGORY.exec(text);
      if ((told && namesPerson(text.slice(Math.max(0, hit - 120), hit)) ) || headsPeople(view, hit)) return report(specialCategory, hit, told ? CATEGORY.lastIndex : hit + 8);
    }
  },
};

/** Whether a place stands in the head of a table, two of whose first rows begin with a name. */
function headsPeople({ text }: View, at: number): boolean {
  const head = text.slice(Math.max(0, at - 160), at);
  const rest = text.slice(at, at + 480).split(/\n|\\n/, 5);
  const line = head.slice(head.lastIndexOf('\n') + 1) + (rest[0] ?? '');
  if (line.split(/[,;|\t]/, 4).length < 3) return false;
  return rest.slice(1).filter((row) => (firstName(row)?.at ?? 99) <= 12).length >= 2;
}

const body: Analyser = {
  name: 'body data',
  roles: ROLES_OF_PEOPLE,
  literals: ['brca1', 'brca2', 'pathogenic variant', 'heterozygous', 'homozygous', 'karyotype', 'fingerprint_template', 'fingerprinttemplate', 'iris_code', 'iris_template', 'face_embedding', 'faceprint', 'face_template', 'biometric_template', 'voiceprint'],
  rules: [bodyData],
  analyse: ({ text, hits, budget, report }) => {
    for (const hit of hits.slice(0, 8)) {
      budget.spend(800);
      const after = text.slice(hit, hit + 160);
      const found = /^(?:fingerprint|iris|face|biometric|voice)/i.test(after) ? /^\w{5,24}["']?\s{0,2}[:=]\s{0,2}\[?["']?[\w+/=.-]{12}/.test(after) : /\b(?:detected|positive|negative|carrier|result|variant|c\.\d|p\.[A-Z]|rs\d{3})/i.test(after);
      const person = text.slice(Math.max(0, hit - 160), hit);
      if (found && namesPerson(person) && !OF_OTHERS.test(person)) return report(bodyData, hit, Math.min(text.length, hit + 60));
    }
  },
};

export const conditionDetectors: readonly Detector[] = [conditions, categories, body];
