import type { PatternRule } from '../rule.ts';
import type { View } from '../rule.ts';
import { dominates, isTalk } from './where.ts';

const ROLES = ['path', 'url', 'host', 'prose', 'address', 'value', 'secret', 'markup'] as const;
const HANDLED = 'alert|prompt|confirm|eval|fetch|atob|document|window|location|cookie|fromcharcode|xmlhttprequest|import|settimeout|setinterval|function|this|self|top|parent|javascript|print|open|write|console|localstorage|navigator|src|innerhtml|name|xss|string|constructor|throw';

/** `<code><script></code>`: an element's name, told. */
const TOLD = /^[^\s]{1,20}>\s?<\/(?:code|kbd|pre|tt|samp)>/i;
const isSilent = ({ 0: match }: RegExpExecArray, view: View, at: number): boolean => TOLD.test(match) || isTalk(view, at, at + match.length);

/** Script in the browser of whoever sees the text. Pages and templates may hold scripts: there only what they never need is told. */
export const xss: readonly PatternRule[] = [
  {
    id: 'code.script-tag',
    type: 'code_injection',
    severity: 'high',
    sees: 'a script element in a field for names or text',
    positive: { tool: 'create_comment', arguments: { post_id: 12, body: '<script>alert(1)</script>' } },
    nearMiss: { tool: 'write_file', arguments: { path: 'public/index.html', content: '<script src="/app.js"></script>' } },
    source: 'OWASP CRS 941110',
    roles: ROLES,
    literals: ['<script', '%3cscript', '\\x3cscript', '\\u003cscript', '+adw-script', '<\\/script', '<s\0cript', ':script', '＜script'],
    pattern: /(?:<|%(?:25)?3c|\\x3c|\\u003c|\+ADw-|＜)\s*\/?(?:\w{1,8}:)?script(?:[\s/>"'%+\\]|$)[^\n]{0,160}/i,
    before: 4,
    accepts: (match, view, at) =>
      !isSilent(match, view, at) && (view.place.role === 'markup' ? view.place.file === '' && dominates(view, at, view.text.length) && /alert|cookie|eval|javascript:|fromcharcode|prompt\(|file:\/\//i.test(match[0]) : view.place.role !== 'prose' || suspicious(match[0]) || dominates(view, at, at + match[0].length)),
  },
  {
    id: 'code.event-handler',
    type: 'code_injection',
    severity: 'high',
    sees: 'an element or attribute with an event handler that runs script',
    positive: { tool: 'create_comment', arguments: { post_id: 12, body: '<img src=x onerror=alert(1)>' } },
    nearMiss: { tool: 'create_comment', arguments: { post_id: 12, body: 'The prop onload = true is set once per page, see <Image/>' } },
    source: 'OWASP CRS 941120, 941160',
    roles: ROLES,
    literals: ['onerror', 'onload', 'onmouse', 'onclick', 'onfocus', 'onblur', 'ontoggle', 'onbegin', 'onstart', 'onpointer', 'onanimation', 'ontransition', 'onkey', 'oninput', 'onchange', 'onsubmit', 'onwheel', 'onscroll', 'onhashchange', 'onpageshow', 'onmessage', 'onplay', 'oncanplay', 'onend', 'onfinish', 'onresize', 'ondrag', 'ondrop', 'oncopy', 'onpaste', 'oncut', 'oncontextmenu', 'onauxclick', 'ondblclick', 'onbefore', 'onpropertychange', 'onreadystatechange', 'onsearch', 'onselect', 'onshow', 'onunhandledrejection'],
    pattern: new RegExp(String.raw`(?:<[a-z!][^<>]{0,160}?|["'\x60][^<>]{0,40}?|^)(?:[\s/"'\x60]|%20|%0a|%09|^)on[a-z]{3,24}(?:\s|%20|\/)*(?:=|%3d|&equals;|&#61;)(?:\s|%20)*(?:["'\x60]|%22|%27|&quot;)?[^<>\n]{0,60}?(?:${HANDLED})(?:[\s(.\[=\x60;:\\/"'&%]|$)`, 'i'),
    before: 176,
    after: 128,
    accepts: (match, view, at) => !isSilent(match, view, at) && (view.place.role !== 'markup' || (view.place.file === '' && /alert|cookie|eval\(|atob|fromcharcode|prompt\(|confirm\(|javascript:/i.test(match[0]))) && (view.place.role !== 'prose' || match[0].includes('<') || dominates(view, at, at + match[0].length)),
  },
  {
    id: 'code.javascript-url',
    type: 'code_injection',
    severity: 'high',
    sees: 'a javascript: or vbscript: URL',
    positive: { tool: 'update_profile', arguments: { website: 'javascript:alert(document.cookie)' } },
    nearMiss: { tool: 'write_file', arguments: { path: 'public/index.html', content: '<a href="javascript:void(0)">Menu</a>' } },
    source: 'OWASP CRS 941170',
    roles: ROLES,
    literals: ['javascript', 'vbscript', 'java\tscript', 'java\nscript', 'javascript%3a', 'livescript:', 'j&#', 'jav&#x', '&#x6a;', '&#106', 'script:'],
    pattern: /(?:java\s{0,3}script|vb\s{0,3}script|livescript|j\s?a\s?v\s?a\s?s\s?c\s?r\s?i\s?p\s?t)\s{0,6}(?::|%3a|&colon;|&#0*58;?|&#x0*3a;?)(?!\s*(?:void\s*\(?\s*0|;|["']|\/\/\s|$))(?:\s|%0[ad]|\/\*[^\n]{0,60}\*\/|\/\/[^\n]{0,60}(?:%0a|\n)|[a-z0-9$_"'`~!+\-([{%\\/.&])[^\n]{0,80}?[(=`%[]/i,
    before: 16,
    accepts: (match, view, at) => !isSilent(match, view, at) && (view.place.role === 'url' || view.place.role === 'value' || /alert|eval|cookie|document|window|fetch|prompt|confirm|fromcharcode|atob|import|location|function|print/i.test(match[0])) && (view.place.role !== 'markup' || /alert|eval|cookie|fromcharcode|atob/i.test(match[0])) && ((view.place.role !== 'prose' && view.place.role !== 'value') || /(?::|%3a|;)\s*\S{0,60}[(=`[]/i.test(match[0])),
  },
  {
    id: 'code.active-element',
    type: 'code_injection',
    severity: 'high',
    sees: 'an element or style that runs or loads script: srcdoc, data:text/html, base, refresh, expression()',
    positive: { tool: 'create_comment', arguments: { post_id: 12, body: '<iframe srcdoc="&lt;img src=x&gt;"></iframe>' } },
    nearMiss: { tool: 'create_comment', arguments: { post_id: 12, body: 'Use the <title> element and style="color: red" here' } },
    source: 'OWASP CRS 941',
    roles: ['path', 'url', 'host', 'prose', 'address', 'value', 'secret'],
    literals: ['srcdoc', 'data:text/html', '<base', '<meta', 'expression(', '-moz-binding', '<object', '<embed', '<iframe', '<svg', '<math', '<isindex', '<applet', '<form', 'formaction', '<link', '<?import', '<xss', '<animate', 'xlink:href', '<style', 'behavior:'],
    pattern: /<iframe\b[^<>]{0,120}(?:srcdoc|src)\s*=|data:text\/html(?:;|,)[^\s]{0,20}|<base\b[^<>]{0,40}href\s*=|<meta\b[^<>]{0,80}http-equiv\s*=?\s*["']?\s*(?:refresh|set-cookie|link)|(?:style|:)[^<>\n]{0,80}expression\s*\(|-moz-binding\s*:|behavior\s*:\s*url\(|<(?:object|embed|applet|isindex)\b[^<>]{0,120}(?:data|src|code|action|type)\s*=|<svg\b[^<>]{0,120}(?:onload|<script|href)|<(?:animate|set)\b[^<>]{0,120}(?:href|on\w+)|formaction\s*=|<\?import\b|xlink:href\s*=\s*["']?\s*(?:data|javascript)|<link\b[^<>]{0,80}rel\s*=\s*["']?(?:stylesheet|import)[^<>]{0,60}href\s*=\s*["']?(?:\/\/|https?:|data:)|<style\b[^<>]{0,40}>\s*@import|<form\b[^<>]{0,80}action\s*=\s*["']?\s*(?:javascript|data|https?:\/\/)/i,
    // Pages embed players and maps.
    accepts: (match, view, at) => !isSilent(match, view, at) && (view.place.role !== 'prose' || !/^<(?:iframe|object|embed|form|link)\b/i.test(match[0]) || /srcdoc|javascript:|data:/i.test(match[0])),
  },
  {
    id: 'code.script-fragment',
    type: 'code_injection',
    severity: 'high',
    sees: 'script that reads cookies or makes a pop-up, as a value of its own',
    positive: { tool: 'search_products', arguments: { query: '";alert(document.cookie);//' } },
    nearMiss: { tool: 'create_ticket', arguments: { title: 'Show an alert when document.cookie is larger than 4 KB' } },
    source: 'OWASP CRS 941180, 941390',
    roles: ['path', 'url', 'host', 'address', 'value', 'secret', 'prose'],
    literals: ['alert(', 'alert`', 'document.cookie', 'document.write', 'document.domain', 'prompt(', 'confirm(', 'window.location', 'string.fromcharcode', 'document.location', 'self[', 'top[', 'window['],
    pattern: /(?:^|["'`;)}\]\-+*/,({=&\\])\s*(?:window\.|self\.|top\.|this\.)?(?:alert|prompt|confirm)\s*(?:\(\s*(?:\d|["'`/]|document|window|location|String|XSS|origin)|`\d?)|["'`;)}\]\-+(=]\s*document\.(?:cookie|write(?:ln)?\s*\(|domain|location\s*=)|(?:window|self|top|this|parent|globalThis)\s*\[\s*["'`\\/][^\]\n]{1,60}\]\s*\(|String\.fromCharCode\s*\(\s*\d+\s*,/i,
    before: 16,
    accepts: (match, view, at) => !isSilent(match, view, at) && dominates(view, at, at + match[0].length),
  },
];

const suspicious = (match: string): boolean => /alert|cookie|eval\(|fromcharcode|atob|prompt\(|confirm\(|document\.|location|src\s*=\s*["']?(?:https?:)?\/\/|javascript:|fetch\(/i.test(match);
