import type { Command } from './command.ts';

/** Longest pipe that is followed back. */
const MAX_PIPE = 8;
const PICKS = /^(?:e?grep|fgrep|rg|ag|head|tail|fzf|comm|join|uniq|shuf|sk|peco|gum|select)$/;
const NARROWS = /^(?:-l|--selector|-f|--filters?|--field-selector|--status|--state|--tag-filters|--merged|--prefix|--older-than|--dangling|--label|--created|--search|--author|--limit)(?:=|$)|\[\?|^(?:status|dangling|label|name|until|exited)=|select\(/;

/** The command at the beginning of the pipe that another reads; undefined if something on the way picks some of what comes. */
export function wholeListing(command: Command): Command | undefined {
  let at = command.pipedFrom;
  for (let step = 0; at && step < MAX_PIPE; step += 1) {
    const words = at.args.slice(0, 64).map(({ text }) => text);
    if (PICKS.test(at.name) && !words.some((word) => /^-[a-zA-Z]*v|^--invert-match$/.test(word))) return undefined;
    if ((/^(?:g?awk|mawk)$/.test(at.name) && words.some((word) => /^\s*(?:\/|NR|\$\d+\s*[~=!<>])/.test(word) && !/^NR\s*>\s*1\b/.test(word))) || (at.name === 'sed' && words.includes('-n'))) return undefined;
    if (words.some((word) => NARROWS.test(word))) return undefined;
    if (!at.pipedFrom) return at;
    at = at.pipedFrom;
  }
  return undefined;
}

/** `$(docker ps -aq)` among the words: all that a program lists, unless something picks of it. */
export const listsWithin = (words: readonly string[]): boolean =>
  words.some((word) => /^(?:\$\(|`)/.test(word)) &&
  /(?:\$\(|`)\s*(?:sudo\s+)?[\w.-]{2,24}\s[^)`|]{0,200}\b(?:list|ls|get|ps|images|describe-[a-z-]{1,40}|show|lvs|query)\b/.test(words.join(' ').slice(0, 2_048)) &&
  !/grep|\bhead\b|--filter|\[\?|--selector|\s-l[\s=]|\s-f\s|--field-selector|select\(/.test(words.join(' ').slice(0, 2_048));
