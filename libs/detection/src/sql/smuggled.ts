import type { Analyser, PatternRule } from '../rule.ts';
import { analyseValue } from './injection.ts';
import { injectionRules } from './injection-rules.ts';

const ABOUT = /\b(?:sql|inject\w*|payloads?|attack\w*|exploit\w*|escap\w*|saniti[sz]\w*|vulnerab\w*|example|e\.g|queries|query|filter\w*|waf|blocked|reject\w*|tries|tried|try|test\w*|parameter\w*)\b/i;
const LOOKED_BACK = 240;

/** A statement's rest between or behind the sentences of a long text. Whoever writes about one leads to it: with a colon, a quote, a word. */
export const smuggled: PatternRule = {
  id: 'sql.smuggled-into-text',
  type: 'sql_injection',
  severity: 'high',
  sees: 'a quote and the rest of a statement, cut by a comment mark, among the sentences of a text',
  positive: { tool: 'submit_feedback', arguments: { feedback: "The shop keeps printing both formats until then. Nobody has to wait for it. ' OR EXISTS(SELECT * FROM users WHERE name='admin') -- " } },
  nearMiss: { tool: 'submit_feedback', arguments: { feedback: "The scanner reported the login form. It tried the payload ' OR EXISTS(SELECT * FROM users) -- and got an error." } },
  source: 'OWASP WSTG-INPV-05',
  roles: ['prose', 'value'],
  literals: ["' or ", "' and ", "') or ", "' union ", "') union ", "'; drop ", "'; delete ", "'; update ", "'; insert ", "'; exec ", "');", '" or ', '" union ', "'||("],
  before: LOOKED_BACK,
  after: 400,
  pattern: /[a-z]{2}[.!?]\s{1,4}["']\)?\s?(?:(?:or|and)\s+(?:not\s+)?(?:exists\s*\(|\(?\s*select\b|["'\d(]|\w{1,30}\s*\()|union\s+(?:all\s+)?select\b|;\s*(?:drop|delete|update|insert|exec|alter|truncate|create)\s)[^\n]{1,300}?(?:--|#|\/\*)[\s+-]{0,3}(?:$|\n|[A-Z])/i,
  accepts: (_, { text, place }, at) => place.file === '' && !ABOUT.test(text.slice(Math.max(0, at - LOOKED_BACK), at)),
};

const SHORT = 120;
const RUNS_CODE = /code|run|exec|eval|script|python|node|repl|notebook|interpret|diff|edit|format|lint|compile|snippet|review|explain|sandbox|shell|sql|quer/i;

/** A code that is no program: of a voucher, a station, a country. */
export const codesOfThings: Analyser = {
  name: 'sql.codes-of-things',
  rules: injectionRules,
  roles: ['code'],
  literals: ["'", '"', '--', '/*', ' or ', ' and ', 'union', 'order by'],
  analyse(view) {
    const { text, place } = view;
    if (text.length <= SHORT && place.file === '' && /(?:^|_)code$/.test(place.field) && !/source_code|html_code/.test(place.field) && !RUNS_CODE.test(place.tool)) analyseValue(view);
  },
};
