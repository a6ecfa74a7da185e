/** Each runs over a text of any length in linear time: what may repeat has a bound. */
const SUSPECT: readonly RegExp[] = [
  /\b(?:curl|wget|fetch|lwp-download|certutil|bitsadmin)\b[^|;&\n]{0,300}(?:\|\s*(?:sudo\s+)?(?:\/\S{0,40}\/)?(?:ba|z|da|k|a)?sh\b|\|\s*(?:sudo\s+)?(?:python[23]?|perl|ruby|node|php)\b)/i,
  /(?:\b(?:ba|z|da|k)?sh\s+-c\s|\beval\s|\bsource\s|<\()\s*["']?[$<`(]{0,2}\s*(?:curl|wget)\b/i,
  /\/dev\/(?:tcp|udp|shm)\//,
  /\bbase64\s+(?:-d|-D|--decode)\b|b64decode|frombase64string|\batob\(/i,
  /\b(?:nc|ncat|netcat)\b[^\n]{0,80}\s-[a-z]*[ec]\b|\b(?:ba|z|k)?sh\s+-i\b|\bmkfifo\b|\bsocat\b[^\n]{0,80}exec:/i,
  /(?:https?|ftp):\/\/(?:\d{1,3}\.){3}\d{1,3}\b(?<!\/\/(?:127|10)\.[\d.]{5,11})/i,
  /\bPROMPT_COMMAND\s*=|\bLD_PRELOAD\s*=|\bLD_AUDIT\s*=|\balias\s+(?:sudo|su|ssh|ls|cd|cat|git|passwd)\s*=\s*["']?(?!(?:ls|cat|git|ssh|cd)\b)/,
  /\btrap\s+["'][^"'\n]{1,200}["']\s+(?:DEBUG|EXIT|SIGINT|ERR|0)\b/,
  /\b(?:python[23]?|perl|ruby|php|osascript|node)\s+-(?:c|e|r)\s/,
  /\bpowershell\b[^\n]{0,120}-(?:e|en|enc|enco\w*|w(?:in\w*)?\s+hid\w*)\b|\biex\b|\bdownloadstring\b|\bmshta\b|\bregsvr32\b/i,
  /<string>(?:(?:\/private)?(?:\/var)?\/tmp|\/dev\/shm|\/users\/shared)\//i,
  /NOPASSWD/,
  /\b(?:rd)?init=\\?\/(?!(?:usr\/)?(?:s?bin\/init|lib\/systemd)\b)/,
  /^[ \t]*(?:PermitRootLogin\s+yes|PermitEmptyPasswords\s+yes|StrictModes\s+no|AuthorizedKeysFile\s+\/(?!etc\/ssh\/)|AuthorizedKeysCommand\s+\/(?!usr\/))/im,
  /\bchmod\s+[ugoa]*\+?s\b|\bchmod\s+[246]7\d\d\b/,
];

/** Folders of programs under a dot that people use. */
const KNOWN_DOT_FOLDER = /^\.(?:config|local|nvm|npm|npm-global|cargo|rustup|rbenv|pyenv|venv|git|github|sdkman|bun|deno|asdf|rvm|goenv|jenv|volta|pnpm|yarn|oh-my-zsh|fzf|cache|kube|docker|ssh|gnupg|bash_\w+|bashrc|zshrc|profile|zprofile|zshenv|env|envrc|vim|emacs\.d|poetry|gem|dotnet|krew|linkerd2|foundry|iterm2\w*|p10k|nix-profile|dotfiles|husky|bin|pre-commit-config|claude[\w-]*|cursor|vscode|idea|codex|gemini|agents|windsurf|next|nuxt|turbo|nx|gradle|m2|terraform[\w.]*|aws|azure|pytest_cache|mypy_cache|ruff_cache|editorconfig|eslint\w*|prettier\w*|gitlab(?:-ci)?|circleci|devcontainer|dockerignore|gitignore|npmrc|yarnrc|node-version|python-version|tool-versions|well-known|build|next|output|storybook|changeset|wrangler|serverless|vercel|netlify|expo|ssh|pgpass|netrc|hushlogin)(?:\.|$)/;

const PLACE = /(?:^|[\s=:"'`;&|(!]|\\[nt])((?:\/private)?(?:\/var)?\/tmp|\/dev\/shm|\/var\/run\/user\/\d+)\/[\w.-]/g;
const HIDDEN = /\/(\.[A-Za-z_][\w.-]{0,40})/g;

/** Whether what would be started looks like an attacker's: downloads and runs, decodes, listens, or lies in a temporary or hidden place. */
export const isSuspectPayload = (text: string): boolean => SUSPECT.some((pattern) => pattern.test(text)) || liesHidden(text);

/** A file in a folder that anybody may write, or under a dot; a log or lock that is written there is fine. */
export function liesHidden(text: string): boolean {
  for (const { index, 0: match } of text.matchAll(PLACE)) {
    const before = text.slice(Math.max(0, index - 12), index + 1);
    if (!/(?:>>?|2>|&>|-o|-O|log|out|tee|rm|-f|cd|mkdir|-p)\s*["']?\s*$/.test(before) && !/\.(?:log|out|lock|pid|txt)\b/.test(text.slice(index, index + match.length + 60).split(/\s/, 2).join(' '))) return true;
  }
  for (const [, folder = ''] of text.matchAll(HIDDEN)) if (!KNOWN_DOT_FOLDER.test(folder)) return true;
  return false;
}
