import { matchesGlob } from '../layers/globs.ts';

/** Programs that run shell text they are given. */
export const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'dash', 'zsh', 'ksh', 'ksh93', 'mksh', 'pdksh', 'ash', 'fish', 'csh', 'tcsh', 'rbash', 'posh', 'yash', 'elvish', 'hush', 'oksh', 'lksh', 'bash5', 'sh5']);

/** Programs that a globbed path is likely to mean, the likeliest first. */
const GLOBBED = 'cat bash sh nc ls id curl wget rm whoami passwd python python3 perl ruby php tac head tail less more nl sort base64 xxd ncat netcat socat telnet dd chmod chown find env ping uname ps cp mv tee sed awk grep ssh scp ftp tftp kill useradd adduser usermod crontab shutdown reboot busybox date echo printf zsh dash ksh node lua'.split(' ');

/** Base name, lower-case, of a program as it was called (with the `@` of a makefile); a globbed one stands for the first well-known program it matches. */
export function programName(called: string): string {
  if (isPlainName(called)) return called;
  if (called.length > 4_096) return '';
  const base = called.slice(Math.max(called.lastIndexOf('/'), called.lastIndexOf('\\')) + 1).toLowerCase();
  const plain = base.startsWith('@') ? base.slice(1) : base;
  const name = /\.(?:exe|com)$/.test(plain) ? plain.slice(0, -4) : plain;
  if (!/[?*[]/.test(name) || name.length < 2 || name.length > 32 || !/[a-z0-9]/.test(name)) return name;
  return GLOBBED.find((program) => matchesGlob(name, program)) ?? name;
}

function isPlainName(called: string): boolean {
  if (called.length > 32) return false;
  for (let at = 0; at < called.length; at += 1) {
    const code = called.charCodeAt(at);
    if (!((code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code === 45 || code === 95)) return false;
  }
  return true;
}
