/** One readable line of the stack or of one of its servers. `level` is trace, debug, info, warn or error. */
export type LogLine = Readonly<{ part: 'nats' | 'postgres' | 'stack'; level: string; message: string }>;
export type Log = (line: LogLine) => void;

/** Environment variables as they were handed in; nothing here reads the process's own. */
export type Environment = Readonly<Record<string, string | undefined>>;
