const longestName = 17;
const dropped = new Set(['level', 'msg', 'time', 'service', 'err', 'pid', 'hostname']);

/** One line for a person: time, part, level, message, then the facts. Lines that are not JSON stand as they are. */
export function readableLine(part: string, line: string, now: Date): string {
  const prefix = `${now.toISOString().slice(11, 23)} ${part.padEnd(longestName)}`;
  const entry = parsed(line);
  if (!entry) return `${prefix} ${line}`;
  const facts = Object.entries(entry)
    .filter(([name]) => !dropped.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' && !/\s/.test(value) ? value : JSON.stringify(value)}`);
  const error = errorText(entry['err']);
  return [prefix, text(entry['level']).padEnd(5), text(entry['msg']), ...facts, ...(error === '' ? [] : [error])].join(' ');
}

/** Whether a line says that something is wrong. */
export function isProblem(line: string): boolean {
  const level = parsed(line)?.['level'];
  return level === undefined || level === 'warn' || level === 'error' || level === 'fatal';
}

function parsed(line: string): Record<string, unknown> | null {
  if (!line.startsWith('{')) return null;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function errorText(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { type, message } = error as { type?: unknown; message?: unknown };
  return `(${text(type)}: ${text(message)})`;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
